package e2e

import (
	"bytes"
	"context"
	"errors"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const clientTimeout = 3 * time.Minute

// client is a program that a partner runs.
type client struct {
	name string
	// fetch copies the whole location into a directory.
	fetch func(c cli, dir string) (string, error)
	// list prints the location.
	list func(c cli) (string, error)
}

// cli is where a client runs: a home of its own, and the account it is configured with.
type cli struct {
	t    *testing.T
	home string
	account
	patience time.Duration // with one command
}

// clients are the three that the connection guide names and Debian carries.
var clients = []client{
	{
		name: "aws",
		fetch: func(c cli, dir string) (string, error) {
			return c.aws("s3", "sync", "--no-progress", "--only-show-errors", c.url(), dir)
		},
		list: func(c cli) (string, error) { return c.aws("s3", "ls", "--recursive", c.url()) },
	},
	{
		name:  "rclone",
		fetch: func(c cli, dir string) (string, error) { return c.rclone("copy", "--checksum", c.remote(), dir) },
		list:  func(c cli) (string, error) { return c.rclone("lsf", "--recursive", c.remote()) },
	},
	{
		name: "s3cmd",
		fetch: func(c cli, dir string) (string, error) {
			return c.s3cmd("get", "--recursive", "--no-progress", "--quiet", c.url(), dir+"/")
		},
		list: func(c cli) (string, error) { return c.s3cmd("ls", "--recursive", c.url()) },
	},
}

func newCLI(t *testing.T, a account) cli {
	t.Helper()
	return cli{t: t, home: t.TempDir(), account: a, patience: clientTimeout}
}

// aws runs the AWS CLI as this account.
func (c cli) aws(args ...string) (string, error) {
	return c.run(nil, "aws", append([]string{"--endpoint-url", c.Endpoint}, args...)...)
}

// rclone runs rclone with a remote named sea. It fails where AWS_CA_BUNDLE is set, so that is not handed on.
func (c cli) rclone(args ...string) (string, error) {
	env := []string{
		"RCLONE_CONFIG_SEA_TYPE=s3", "RCLONE_CONFIG_SEA_PROVIDER=Other", "RCLONE_CONFIG_SEA_ENDPOINT=" + c.Endpoint,
		"RCLONE_CONFIG_SEA_REGION=" + c.Region, "RCLONE_CONFIG_SEA_ACCESS_KEY_ID=" + c.ID,
		"RCLONE_CONFIG_SEA_SECRET_ACCESS_KEY=" + c.Secret, "RCLONE_CONFIG_SEA_NO_CHECK_BUCKET=true",
	}
	return c.run(env, "rclone", append([]string{"--retries", "1", "--low-level-retries", "1"}, args...)...)
}

func (c cli) remote() string { return "sea:" + c.Bucket + "/" + c.Prefix }

// s3cmd runs s3cmd from a configuration file, as its users do.
func (c cli) s3cmd(args ...string) (string, error) {
	endpoint, err := url.Parse(c.Endpoint)
	if err != nil {
		c.t.Fatalf("endpoint %q: %v", c.Endpoint, err)
	}
	secure := "False"
	if endpoint.Scheme == "https" {
		secure = "True"
	}
	config := filepath.Join(c.home, ".s3cfg-of-test")
	text := strings.Join([]string{
		"[default]", "access_key = " + c.ID, "secret_key = " + c.Secret, "host_base = " + endpoint.Host,
		"host_bucket = " + endpoint.Host, "bucket_location = " + c.Region, "use_https = " + secure, "max_retries = 1", "",
	}, "\n")
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		c.t.Fatalf("configure s3cmd: %v", err)
	}
	return c.run(nil, "s3cmd", append([]string{"--config", config}, args...)...)
}

// s5cmd runs s5cmd with the account in its environment.
func (c cli) s5cmd(args ...string) (string, error) {
	return c.run([]string{"AWS_REGION=" + c.Region}, "s5cmd", append([]string{"--endpoint-url", c.Endpoint, "--retry-count", "0"}, args...)...)
}

// curl runs curl, which signs as AWS does.
func (c cli) curl(args ...string) (string, error) {
	return c.run(nil, "curl", append([]string{
		"--silent", "--show-error", "--fail-with-body", "--user", c.ID + ":" + c.Secret, "--aws-sigv4", "aws:amz:" + c.Region + ":s3",
		"--header", "x-amz-content-sha256: UNSIGNED-PAYLOAD",
	}, args...)...)
}

// python runs a script that finds boto3's client in s3, and its arguments in sys.argv.
func (c cli) python(script string, args ...string) (string, error) {
	begin := "import sys, boto3\nfrom botocore.config import Config\nfrom botocore.exceptions import ClientError\n" +
		"def client(): return boto3.client('s3', endpoint_url=sys.argv[1], config=Config(s3={'addressing_style': 'path'}))\n" +
		"s3 = client()\n"
	return c.run(nil, "python3", append([]string{"-c", begin + script, c.Endpoint}, args...)...)
}

// restic runs restic on a repository in the location. It writes nothing: no lock, no cache.
func (c cli) restic(repository string, args ...string) (string, error) {
	env := []string{"RESTIC_PASSWORD=" + resticPassword, "RESTIC_REPOSITORY=s3:" + c.Endpoint + "/" + c.Bucket + "/" + repository}
	return c.run(env, "restic", append([]string{"--no-cache", "--option", "s3.bucket-lookup=path", "--option", "s3.region=" + c.Region}, args...)...)
}

// at is the URL of a key, percent-encoded as it is signed.
func (c cli) at(key string) string {
	parts := strings.Split(key, "/")
	for i, part := range parts {
		parts[i] = strings.ReplaceAll(url.QueryEscape(part), "+", "%20")
	}
	return c.Endpoint + "/" + c.Bucket + "/" + strings.Join(parts, "/")
}

// shell runs a line as a person types it.
func (c cli) shell(line string) (string, error) {
	program, _, _ := strings.Cut(line, " ")
	return c.runAs(program, nil, "sh", "-c", line)
}

func (c cli) run(env []string, name string, args ...string) (string, error) {
	return c.runAs(name, env, name, args...)
}

func (c cli) runAs(program string, env []string, name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(c.t.Context(), c.patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = c.home
	cmd.Env = append(append(cleanEnv(), c.signer.env(program)...), "HOME="+c.home, "PYTHONUTF8=1",
		"AWS_ACCESS_KEY_ID="+c.ID, "AWS_SECRET_ACCESS_KEY="+c.Secret, "AWS_DEFAULT_REGION="+c.Region, "AWS_MAX_ATTEMPTS=1")
	cmd.Env = append(cmd.Env, env...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	c.note(args, name, out.String(), err)
	return out.String(), err
}

// note adds what was run to the client's transcript, without the secret, where SEA_TEST_TRANSCRIPTS names a directory.
func (c cli) note(args []string, name, out string, err error) {
	dir := os.Getenv("SEA_TEST_TRANSCRIPTS")
	if dir == "" {
		return
	}
	line := name + " " + strings.Join(args, " ")
	if name == "sh" {
		line = args[1]
	}
	text := "$ " + line + "\n" + tail(out, 12)
	if err != nil {
		text += "(" + err.Error() + ")\n"
	}
	if c.Secret != "" {
		text = strings.ReplaceAll(text, c.Secret, "********")
	}
	file := filepath.Join(dir, strings.ReplaceAll(c.t.Name(), "/", "-")+".txt")
	if err := appendText(file, text+"\n"); err != nil {
		c.t.Errorf("keep the transcript: %v", err)
	}
}

func appendText(path, text string) error {
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = file.WriteString(text)
	return errors.Join(err, file.Close())
}

// wantWhole fetches the location with every client, and compares all bytes.
func wantWhole(t *testing.T, a account, want map[string]string) {
	t.Helper()
	for _, client := range clients {
		t.Run(client.name, func(t *testing.T) {
			c, dir := newCLI(t, a), t.TempDir()
			if out, err := client.list(c); err != nil {
				t.Fatalf("list: %v\n%s", err, tail(out, 20))
			}
			if out, err := client.fetch(c, dir); err != nil {
				t.Fatalf("fetch: %v\n%s", err, tail(out, 20))
			}
			compare(t, hashes(t, dir), want)
		})
	}
}

// wantRefused expects every client to fail with the account.
func wantRefused(t *testing.T, a account) {
	t.Helper()
	for _, client := range clients {
		out, err := client.list(newCLI(t, a))
		if err == nil {
			t.Errorf("%s still lists with the old set:\n%s", client.name, tail(out, 5))
		}
		if client.name == "aws" && !strings.Contains(out, "InvalidAccessKeyId") {
			t.Errorf("aws is refused for another reason: %s", tail(out, 5))
		}
	}
}
