package config_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"seaportal/internal/config"
)

func TestValidateSaysWhichFlagIsWrong(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(*config.Config)
		want   string // part of the complaint; empty for none
	}{
		"defaults":            {func(*config.Config) {}, ""},
		"localhost":           {func(c *config.Config) { c.Listen = "localhost:1" }, ""},
		"IPv6 loopback":       {func(c *config.Config) { c.Listen = "[::1]:8080" }, ""},
		"every address":       {func(c *config.Config) { c.Listen = ":8080" }, "--listen :8080 can be reached"},
		"other machines":      {func(c *config.Config) { c.S3Listen = "0.0.0.0:9000" }, "--s3-listen 0.0.0.0:9000 can be reached"},
		"a name":              {func(c *config.Config) { c.Listen = "portal.example:80" }, "without TLS"},
		"accepted as it is":   {func(c *config.Config) { c.Listen, c.InsecureListen = ":8080", true }, ""},
		"with TLS":            {func(c *config.Config) { c.Listen, c.TLS.Cert, c.TLS.Key = ":8080", "a", "b" }, ""},
		"with a local one":    {func(c *config.Config) { c.Listen, c.TLS.Auto = ":8080", "tls" }, ""},
		"with ACME":           {acme(func(c *config.Config) { c.Listen = ":443" }), ""},
		"two ways":            {func(c *config.Config) { c.TLS.Cert, c.TLS.Key, c.TLS.Auto = "a", "b", "c" }, "exclude each other"},
		"two other ways":      {acme(func(c *config.Config) { c.TLS.Auto = "c" }), "exclude each other"},
		"terms":               {acme(func(c *config.Config) { c.TLS.ACME.AcceptTerms = false }), "--acme-accept-terms"},
		"terms of nobody":     {func(c *config.Config) { c.TLS.ACME.AcceptTerms = true }, "--acme-accept-terms is given without"},
		"e-mail to nobody":    {func(c *config.Config) { c.TLS.ACME.Email = "a@b" }, "--acme-email is given without"},
		"a name alone":        {acme(func(c *config.Config) { c.TLS.ACME.Domains = []string{"localhost"} }), "--acme-domain"},
		"an address":          {acme(func(c *config.Config) { c.TLS.ACME.Domains = []string{"192.0.2.1"} }), "--acme-domain"},
		"every name":          {acme(func(c *config.Config) { c.TLS.ACME.Domains = []string{"*.example"} }), "--acme-domain"},
		"a URL as a name":     {acme(func(c *config.Config) { c.TLS.ACME.Domains = []string{"https://a.example"} }), "--acme-domain"},
		"an open authority":   {acme(func(c *config.Config) { c.TLS.ACME.Directory = "http://ca.example" }), "--acme-directory"},
		"no port for HTTP":    {acme(func(c *config.Config) { c.TLS.ACME.HTTPListen = "80" }), "--acme-http-listen"},
		"proxies":             {func(c *config.Config) { c.TrustedProxies = []string{"10.0.0.0/8", "192.0.2.7", "fd00::/8"} }, ""},
		"a proxy by name":     {func(c *config.Config) { c.TrustedProxies = []string{"nginx"} }, "--trusted-proxies"},
		"half a certificate":  {func(c *config.Config) { c.TLS.Cert = "a" }, "--tls-cert and --tls-key"},
		"no port":             {func(c *config.Config) { c.Listen = "127.0.0.1" }, "not HOST:PORT"},
		"a port too far":      {func(c *config.Config) { c.S3Listen = "127.0.0.1:65536" }, "--s3-listen"},
		"one port for both":   {func(c *config.Config) { c.S3Listen = c.Listen }, "own port"},
		"any two free ports":  {func(c *config.Config) { c.Listen, c.S3Listen = "127.0.0.1:0", "127.0.0.1:0" }, ""},
		"a URL of the portal": {func(c *config.Config) { c.PublicURL = "https://sea.example" }, ""},
		"not a URL":           {func(c *config.Config) { c.S3PublicURL = "s3.example" }, "--s3-public-url"},
		"a URL with a path":   {func(c *config.Config) { c.PublicURL = "https://sea.example/portal" }, "path"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := config.Config{Server: config.Server{Listen: "127.0.0.1:8080", S3Listen: "127.0.0.1:9000"}}
			test.change(&c)
			err := c.Validate()
			if (err == nil) != (test.want == "") || (err != nil && !strings.Contains(err.Error(), test.want)) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

// acme is a change of a configuration that gets a certificate by ACME.
func acme(change func(*config.Config)) func(*config.Config) {
	return func(c *config.Config) {
		c.TLS.ACME = config.ACMEOptions{Domains: []string{"sea.example"}, AcceptTerms: true, Directory: "https://ca.example/directory"}
		change(c)
	}
}

func TestThePublicURLSaysWhetherBrowsersSpeakTLS(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		server config.Server
		want   bool
	}{
		"nothing":            {config.Server{}, false},
		"a certificate":      {config.Server{TLS: config.TLS{Cert: "a", Key: "b"}}, true},
		"a proxy with TLS":   {config.Server{PublicURL: "https://sea.example"}, true},
		"a proxy without it": {config.Server{PublicURL: "http://sea.example"}, false},
	} {
		if got := (config.Config{Server: test.server}).SecureURL(); got != test.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

func TestEnvironmentWinsOverDefaults(t *testing.T) {
	t.Setenv("SEA_S3_LISTEN", "127.0.0.1:1234")
	t.Setenv("SEA_CLOCK_OFFSET", "721h")
	t.Setenv("SEA_TRUSTED_PROXIES", "10.0.0.0/8,192.0.2.7")
	t.Setenv("SEA_ACME_DOMAIN", "sea.example,s3.example")
	t.Setenv("SEA_MASTER_KEY", "a secret")
	c, err := config.Default()
	if err != nil {
		t.Fatal(err)
	}
	if c.Listen != "127.0.0.1:8080" || c.S3Listen != "127.0.0.1:1234" || c.ClockOffset != 721*time.Hour || c.DataDir != "./data" {
		t.Errorf("got %+v", c)
	}
	if got := fmt.Sprint(c.TrustedProxies, c.TLS.ACME.Domains); got != "[10.0.0.0/8 192.0.2.7] [sea.example s3.example]" {
		t.Error(got)
	}
	if proxies, err := c.Proxies(); err != nil || fmt.Sprint(proxies) != "[10.0.0.0/8 192.0.2.7/32]" {
		t.Error(proxies, err)
	}
	if c.TLS.ACME.Directory == "" || c.Validate() == nil {
		t.Error("there is no authority to ask, or its terms count as accepted")
	}
	if c.MasterKey.Reveal() != "a secret" {
		t.Error("the master key was not read")
	}
}

func TestDatabaseIsInTheDataDirectoryUnlessNamed(t *testing.T) {
	t.Parallel()
	c, err := config.Config{Place: config.Place{DataDir: "relative"}}.Absolute()
	if err != nil || !filepath.IsAbs(c.DataDir) {
		t.Fatal(c.DataDir, err)
	}
	if got := c.DatabaseURL(); got != "sqlite:"+c.DataDir+"/seaportal.db" {
		t.Error(got)
	}
	c.Database = "sqlite:other.db"
	if c, err = c.Absolute(); err != nil || !filepath.IsAbs(strings.TrimPrefix(c.DatabaseURL(), "sqlite:")) {
		t.Error(c.DatabaseURL(), err)
	}
	c.Database = "postgres://elsewhere"
	if got := c.DatabaseURL(); got != "postgres://elsewhere" {
		t.Error(got)
	}
	if _, err := (config.Config{}).Absolute(); err == nil {
		t.Error("an empty data directory was taken")
	}
}
