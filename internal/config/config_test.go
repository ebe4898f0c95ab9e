package config_test

import (
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
		"with TLS":            {func(c *config.Config) { c.Listen, c.TLSCert, c.TLSKey = ":8080", "a", "b" }, ""},
		"half a certificate":  {func(c *config.Config) { c.TLSCert = "a" }, "--tls-cert and --tls-key"},
		"no port":             {func(c *config.Config) { c.Listen = "127.0.0.1" }, "not HOST:PORT"},
		"a port too far":      {func(c *config.Config) { c.S3Listen = "127.0.0.1:65536" }, "--s3-listen"},
		"one port for both":   {func(c *config.Config) { c.S3Listen = c.Listen }, "own port"},
		"any two free ports":  {func(c *config.Config) { c.Listen, c.S3Listen = "127.0.0.1:0", "127.0.0.1:0" }, ""},
		"a URL of the portal": {func(c *config.Config) { c.URL = "https://sea.example" }, ""},
		"not a URL":           {func(c *config.Config) { c.S3URL = "s3.example" }, "--s3-url"},
		"a URL with a path":   {func(c *config.Config) { c.URL = "https://sea.example/portal" }, "path"},
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

func TestEnvironmentWinsOverDefaults(t *testing.T) {
	t.Setenv("SEA_S3_LISTEN", "127.0.0.1:1234")
	t.Setenv("SEA_CLOCK_OFFSET", "721h")
	t.Setenv("SEA_MASTER_KEY", "a secret")
	c, err := config.Default()
	if err != nil {
		t.Fatal(err)
	}
	if c.Listen != "127.0.0.1:8080" || c.S3Listen != "127.0.0.1:1234" || c.ClockOffset != 721*time.Hour || c.DataDir != "./data" {
		t.Errorf("got %+v", c)
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
