package bundle_test

import (
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"seaportal/internal/credential/bundle"
	"seaportal/internal/sealed"
	"seaportal/internal/testkit/need"
)

const secret = "7q4PeEGEk++Uwwzs39i0eeaOju01ErjB1Qaf3q2P"

// names are units that somebody will have one day. The portal takes no line breaks.
var names = []string{
	"EMEA Contact Centre", `quotes " ' ` + "`ticks`", "=1+1", "@SUM(A1)", "50% %(bucket)s %2F", "emoji 🎧 مرحبا", "a/b\\c[d]=e;f#g",
	"<b>&amp;</b> ]]> --", "\u202Eevil\u2028line\u0085", "x",
}

func set(unit string) bundle.Set {
	return bundle.Set{
		Unit: unit, Slug: "emea-contact-centre", Endpoint: "https://s3.sea.example.com:9000", Region: "eu-central-1",
		Location: "sea/emea-contact-centre/", AccessKeyID: "AKIA7EIB2KKNHJQVFHXJ", Secret: sealed.NewPlain(secret),
	}
}

func render(t testing.TB, id string, s bundle.Set) string {
	t.Helper()
	format, ok := bundle.Find(id)
	if !ok {
		t.Fatalf("there is no format %s", id)
	}
	file, err := format.Render(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(file.Body)
}

func TestFormatsSayWhetherTheyHoldTheSecret(t *testing.T) {
	t.Parallel()
	safe := regexp.MustCompile(`^sea-emea-contact-centre[a-z0-9.-]+$`)
	for _, f := range bundle.Formats() {
		file, err := f.Render(set("EMEA"))
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(file.Body), secret); n > 1 || (n == 1) != f.Secret {
			t.Errorf("%s holds the secret %d times", f.ID, n)
		}
		if !f.Secret && !strings.Contains(string(file.Body), "holds no secret") {
			t.Errorf("%s does not say that it holds no secret", f.ID)
		}
		if !safe.MatchString(file.Name) || file.Type == "" {
			t.Errorf("%s is called %q, type %q", f.ID, file.Name, file.Type)
		}
	}
	if _, ok := bundle.Find("exe"); ok {
		t.Error("there is a format of any name")
	}
}

func TestCSVReadsBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		unit := rapid.StringMatching(`[^\r\n\x00]*`).Draw(rt, "unit")
		rows, err := csv.NewReader(strings.NewReader(render(t, "csv", set(unit)))).ReadAll()
		if err != nil || len(rows) != 2 {
			rt.Fatalf("%d rows, %v", len(rows), err)
		}
		got := map[string]string{}
		for i, name := range rows[0] {
			got[name] = rows[1][i]
		}
		if got["Secret access key"] != secret || got["File location"] != "sea/emea-contact-centre/" {
			rt.Fatalf("%q", got)
		}
		name := got["Business unit"]
		if strings.TrimPrefix(name, "'") != strings.TrimPrefix(unit, "'") || name != "" && strings.ContainsAny(name[:1], "=+-@\t") {
			rt.Fatalf("the unit %q is %q", unit, name)
		}
	})
}

// TestEnvReadsBack has a shell read the variables, which is stricter than what dotenv libraries do.
func TestEnvReadsBack(t *testing.T) {
	t.Parallel()
	s := set("EMEA")
	s.Location = "sea/it's $HOME/"
	path := write(t, "sea.env", render(t, "env", s))
	command := exec.CommandContext(t.Context(), "sh", "-c", `set -a; . "$1"; env`, "sh", path)
	command.Env = []string{"PATH=" + os.Getenv("PATH")}
	out, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for line := range strings.Lines(string(out)) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		if strings.HasPrefix(name, "AWS_") || strings.HasPrefix(name, "SEA_") {
			got[name] = value
		}
	}
	want := map[string]string{
		"AWS_ACCESS_KEY_ID": s.AccessKeyID, "AWS_SECRET_ACCESS_KEY": secret, "AWS_REGION": s.Region, "AWS_DEFAULT_REGION": s.Region,
		"AWS_ENDPOINT_URL_S3": s.Endpoint, "SEA_FILE_LOCATION": s.Location,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestAWSProfileReadsBack asks the AWS SDK, which reads both files as AWS CLI does.
func TestAWSProfileReadsBack(t *testing.T) {
	t.Parallel()
	s := set("EMEA")
	got, err := config.LoadSharedConfigProfile(t.Context(), bundle.Profile, func(o *config.LoadSharedConfigOptions) {
		o.CredentialsFiles = []string{write(t, "credentials", render(t, "aws-credentials", s))}
		o.ConfigFiles = []string{write(t, "config", render(t, "aws-config", s))}
	})
	if err != nil {
		t.Fatal(err)
	}
	if got.Credentials.AccessKeyID != s.AccessKeyID || got.Credentials.SecretAccessKey != secret || got.Region != s.Region || got.BaseEndpoint != s.Endpoint {
		t.Errorf("%+v", got)
	}
}

func TestRcloneReadsItsRemote(t *testing.T) {
	t.Parallel()
	out := client(t, "rclone", "config", "dump", "--config", write(t, "rclone.conf", render(t, "rclone", set("EMEA"))))
	var got map[string]map[string]string
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	want := map[string]map[string]string{bundle.Profile: {
		"type": "s3", "provider": "Other", "access_key_id": "AKIA7EIB2KKNHJQVFHXJ", "secret_access_key": secret,
		"endpoint": "https://s3.sea.example.com:9000", "region": "eu-central-1", "force_path_style": "true", "no_check_bucket": "true",
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestS3cmdReadsItsConfiguration(t *testing.T) {
	t.Parallel()
	out := client(t, "s3cmd", "--dump-config", "--config", write(t, "s3cfg", render(t, "s3cfg", set("EMEA"))))
	for _, line := range []string{
		"access_key = AKIA7EIB2KKNHJQVFHXJ", "secret_key = " + secret, "host_base = s3.sea.example.com:9000",
		"host_bucket = s3.sea.example.com:9000", "use_https = True", "bucket_location = eu-central-1", "signature_v2 = False",
	} {
		if !strings.Contains("\n"+out, "\n"+line+"\n") {
			t.Errorf("it reads no %q", line)
		}
	}
}

func TestAmazonsEndpointsAreKnown(t *testing.T) {
	t.Parallel()
	for endpoint, want := range map[string]bool{
		"https://s3.eu-central-1.amazonaws.com": true, "https://s3.cn-north-1.amazonaws.com.cn:443": true,
		"https://s3.amazonaws.com.evil.example": false, "https://amazonaws.com": false, "http://127.0.0.1:9000": false, "%": false, "": false,
	} {
		if got := bundle.Amazon(endpoint); got != want {
			t.Errorf("%q is Amazon's: %t", endpoint, got)
		}
	}
}

func TestEndpointIsTakenApart(t *testing.T) {
	t.Parallel()
	for endpoint, want := range map[string][]string{
		"https://s3.example.com":     {"s3.example.com", "s3.example.com", "443"},
		"http://s3.example.com":      {"s3.example.com", "s3.example.com", "80"},
		"http://127.0.0.1:9000":      {"127.0.0.1:9000", "127.0.0.1", "9000"},
		"https://[2001:db8::1]:9000": {"[2001:db8::1]:9000", "2001:db8::1", "9000"},
		"%":                          {"%", "%", ""},
	} {
		s := bundle.Set{Endpoint: endpoint}
		if diff := cmp.Diff(want, []string{s.Host(), s.Hostname(), s.Port()}); diff != "" {
			t.Errorf("%s: %s", endpoint, diff)
		}
	}
}

func TestAmazonIsAskedByHostName(t *testing.T) {
	t.Parallel()
	s := set("EMEA")
	s.Endpoint, s.Amazon = "https://s3.eu-central-1.amazonaws.com", true
	for id, want := range map[string]string{
		"rclone": "provider = AWS", "s3cfg": "host_bucket = %(bucket)s.s3.eu-central-1.amazonaws.com", "winscp": "S3UrlStyle=0",
	} {
		if text := render(t, id, s); !strings.Contains(text, want) {
			t.Errorf("%s has no %q:\n%s", id, want, text)
		}
	}
	for _, id := range []string{"aws-config", "env"} {
		if text := render(t, id, s); strings.Contains(strings.ToLower(text), "endpoint_url") {
			t.Errorf("%s names an endpoint:\n%s", id, text)
		}
	}
	if strings.Contains(render(t, "cyberduck", s), "virtualhost") {
		t.Error("Cyberduck is told to use the path style")
	}
}

func TestCyberduckProfileIsAPropertyList(t *testing.T) {
	t.Parallel()
	for _, unit := range names {
		text := render(t, "cyberduck", set(unit))
		got := dictionary(t, text)
		want := map[string]string{
			"Protocol": "s3", "Scheme": "https", "Default Hostname": "s3.sea.example.com", "Default Port": "9000",
			"Default Path": "/sea/emea-contact-centre/", "Region": "eu-central-1", "Default Nickname": "SEA " + unit, "Vendor": "sea-emea-contact-centre",
			"Username Placeholder": "AKIA7EIB2KKNHJQVFHXJ", "s3.bucket.virtualhost.disable": "true", "Hostname Configurable": "false",
		}
		for key, value := range want {
			if got[key] != value {
				t.Errorf("%q: %s is %q, not %q", unit, key, got[key], value)
			}
		}
	}
}

// dictionary reads the keys of a property list; those of a dictionary inside of another stand beside the others.
func dictionary(t *testing.T, text string) map[string]string {
	t.Helper()
	got := map[string]string{}
	key, content := "", ""
	reader := xml.NewDecoder(strings.NewReader(text))
	for {
		token, err := reader.Token()
		if errors.Is(err, io.EOF) {
			return got
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		switch token := token.(type) {
		case xml.StartElement:
			content = ""
		case xml.CharData:
			content += string(token)
		case xml.EndElement:
			switch token.Name.Local {
			case "key":
				key = content
			case "string":
				got[key] = content
			case "true", "false":
				got[key] = token.Name.Local
			}
		}
	}
}

func TestWinSCPSessionReadsBack(t *testing.T) {
	t.Parallel()
	for _, unit := range names {
		section, values := session(t, render(t, "winscp", set(unit)))
		if want := "SEA " + strings.ReplaceAll(unit, "/", "-"); section != want {
			t.Errorf("the session is called %q, not %q", section, want)
		}
		want := map[string]string{
			"HostName": "s3.sea.example.com", "PortNumber": "9000", "UserName": "AKIA7EIB2KKNHJQVFHXJ", "FSProtocol": "7", "Ftps": "1",
			"RemoteDirectory": "/sea/emea-contact-centre/", "S3DefaultRegion": "eu-central-1", "S3UrlStyle": "1",
		}
		if diff := cmp.Diff(want, values); diff != "" {
			t.Error(diff)
		}
	}
	s := set("EMEA")
	s.Endpoint = "http://127.0.0.1:9000"
	if _, values := session(t, render(t, "winscp", s)); values["Ftps"] != "0" {
		t.Error("an endpoint without TLS gets a session with it")
	}
}

// session reads an INI file with one section as WinSCP does: names are percent-encoded, behind a byte order mark in UTF-8.
func session(t *testing.T, text string) (name string, values map[string]string) {
	t.Helper()
	values = map[string]string{}
	for line := range strings.SplitSeq(strings.TrimRight(text, "\r\n"), "\r\n") {
		if strings.HasPrefix(line, ";") {
			continue
		}
		if encoded, ok := strings.CutPrefix(line, `[Sessions\`); ok {
			decoded, err := url.PathUnescape(strings.TrimSuffix(encoded, "]"))
			if err != nil {
				t.Fatalf("%q: %v", line, err)
			}
			name = strings.TrimPrefix(decoded, "\uFEFF")
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		if !ok {
			t.Fatalf("%q is neither a section nor a value", line)
		}
		values[key] = value
	}
	return name, values
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// client runs a program that a partner runs, and gives what it printed.
func client(t *testing.T, name string, args ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), need.Program(t, need.Clients, name), args...)
	command.Env = append(os.Environ(), "HOME="+t.TempDir())
	out, err := command.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	return string(out)
}
