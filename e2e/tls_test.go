package e2e

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// trial is an installation with a local authority, which a client trusts.
type trial struct {
	*installation
	ca   string
	http *http.Client
}

func launchTrial(t *testing.T) trial {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "tls")
	at := trial{installation: install(t), ca: filepath.Join(dir, "ca.pem")}
	at.spawn("SEA_TLS_AUTO=" + dir)
	eventually(t, startWithin, "there is an authority", func() (bool, string) {
		text, err := os.ReadFile(at.ca)
		if err != nil {
			return false, err.Error()
		}
		roots := x509.NewCertPool()
		at.http = &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, DisableKeepAlives: true}}
		return roots.AppendCertsFromPEM(text), "no certificate in it"
	})
	eventually(t, startWithin, "the portal answers by TLS", func() (bool, string) {
		_, err := at.presented()
		return err == nil, fmt.Sprint(err)
	})
	return at
}

// trusting makes the installation's own helpers trust the authority too.
func (at trial) trusting(t *testing.T) {
	t.Helper()
	text, err := os.ReadFile(at.ca)
	if err != nil {
		t.Fatal(err)
	}
	at.signer = &authority{file: at.ca, pool: x509.NewCertPool()}
	at.signer.pool.AppendCertsFromPEM(text)
}

// presented is the certificate that the portal answers with.
func (at trial) presented() (*x509.Certificate, error) {
	req, err := http.NewRequestWithContext(at.t.Context(), http.MethodGet, "https://"+at.listen+"/readyz", nil)
	if err != nil {
		return nil, err
	}
	res, err := at.http.Do(req)
	if err != nil {
		return nil, err
	}
	if err := res.Body.Close(); err != nil {
		return nil, err
	}
	if res.StatusCode != http.StatusOK {
		return nil, errors.New(res.Status)
	}
	return res.TLS.PeerCertificates[0], nil
}

// TestPartnersClientsTakeTheLocalAuthority lets real clients look at the storage by TLS: they trust the authority, whose certificate
// is bound to its names, and nothing without it.
func TestPartnersClientsTakeTheLocalAuthority(t *testing.T) {
	t.Parallel()
	needPartnerClients(t)
	at := launchTrial(t)
	eventually(t, startWithin, "the start says where the authority is", func() (bool, string) { // once it serves
		return strings.Contains(at.out.String(), at.ca), at.out.String()
	})
	operator := at.operator()
	if !strings.HasPrefix(operator.Endpoint, "https://") {
		t.Fatalf("the endpoint is %s", operator.Endpoint)
	}
	c := newCLI(t, operator)
	s3cmd := []string{
		"--access_key=" + c.ID, "--secret_key=" + c.Secret, "--host=" + at.s3, "--host-bucket=" + at.s3, "--region=" + c.Region,
		"--ssl", "--config=/dev/null", "ls", "s3://active",
	}
	rclone := []string{"--retries", "1", "--low-level-retries", "1", "lsf", "sea:"}
	remote := []string{
		"RCLONE_CONFIG_SEA_TYPE=s3", "RCLONE_CONFIG_SEA_PROVIDER=Other", "RCLONE_CONFIG_SEA_ENDPOINT=" + c.Endpoint,
		"RCLONE_CONFIG_SEA_ACCESS_KEY_ID=" + c.ID, "RCLONE_CONFIG_SEA_SECRET_ACCESS_KEY=" + c.Secret,
	}
	for name, run := range map[string]func(trusting bool) (string, error){
		"aws": func(trusting bool) (string, error) {
			if trusting {
				return c.run([]string{"AWS_CA_BUNDLE=" + at.ca}, "aws", "--endpoint-url", c.Endpoint, "s3", "ls")
			}
			return c.aws("s3", "ls")
		},
		"rclone": func(trusting bool) (string, error) {
			if trusting {
				return c.run(remote, "rclone", append(rclone, "--ca-cert", at.ca)...)
			}
			return c.run(remote, "rclone", rclone...)
		},
		"s3cmd": func(trusting bool) (string, error) {
			if trusting {
				return c.run(nil, "s3cmd", append(s3cmd, "--ca-certs="+at.ca)...)
			}
			return c.run(nil, "s3cmd", s3cmd...)
		},
		"curl": func(trusting bool) (string, error) {
			if trusting {
				return c.run(nil, "curl", "--silent", "--show-error", "--fail", "--cacert", at.ca, "https://"+at.listen+"/livez")
			}
			return c.run(nil, "curl", "--silent", "--show-error", "--fail", "https://"+at.listen+"/livez")
		},
	} {
		t.Run(name, func(t *testing.T) {
			if out, err := run(true); err != nil {
				t.Errorf("it does not trust the authority: %v\n%s", err, tail(out, 10))
			}
			if out, err := run(false); err == nil {
				t.Errorf("it trusts whoever answers: %s", tail(out, 10))
			}
		})
	}
}

// TestHangUpLooksForACertificateAtOnce sends the signal that a service manager reloads with.
func TestHangUpLooksForACertificateAtOnce(t *testing.T) {
	t.Parallel()
	at := launchTrial(t)
	before, err := at.presented()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(filepath.Dir(at.ca), "server.pem")); err != nil {
		t.Fatal(err)
	}
	if err := at.running.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	eventually(t, startWithin, "another certificate is presented", func() (bool, string) {
		after, err := at.presented()
		if err != nil {
			return false, err.Error()
		}
		return !after.Equal(before), "the former one"
	})
	at.stop()
}
