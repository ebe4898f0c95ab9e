package embedded_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"seaportal/internal/embedded"
	"seaportal/internal/proxy"
)

// from makes requests say that they were forwarded for an address, as a proxy
// does after the client has signed.
func from(address string) func(*s3.Options) {
	return func(o *s3.Options) {
		o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
			return stack.Finalize.Add(middleware.FinalizeMiddlewareFunc("Forwarded",
				func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
					if request, ok := in.Request.(*smithyhttp.Request); ok {
						request.Header.Set("X-Forwarded-For", address)
					}
					return next.HandleFinalize(ctx, in)
				}), middleware.After)
		})
	}
}

// A policy and an event see the client's address, not the proxy's, and only
// where the proxy is trusted.
func TestATrustedProxyTellsWhoseRequestItIs(t *testing.T) {
	for _, trusted := range []bool{true, false} {
		t.Run(fmt.Sprintf("trusted %t", trusted), func(t *testing.T) {
			r := start(t, t.TempDir(), func(cfg *embedded.Config) {
				if trusted {
					cfg.Proxies = proxy.Trusted{netip.MustParsePrefix("127.0.0.1/32")}
				}
			})
			bucket := r.bucket(t, "proxied")
			put(t, r.operator(t), bucket, "unit/a", "a")
			key, secret := unitUser(t, r, "proxied", bucket, "unit")
			allowOnly(t, r, "sea-proxied", bucket, "198.51.100.0/24")
			client := r.s3(t, key, secret)
			_, err := client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: &bucket, Key: aws.String("unit/a")}, from("198.51.100.7"))
			if (err == nil) != trusted {
				t.Errorf("from an allowed address: %v", err)
			}
			_, err = client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: &bucket, Key: aws.String("unit/a")}, from("192.0.2.1"))
			if code(err) != "AccessDenied" {
				t.Errorf("from another address: %v", err)
			}
			_, err = r.operator(t).PutObject(t.Context(), &s3.PutObjectInput{Bucket: &bucket, Key: aws.String("unit/b")}, from("198.51.100.7"))
			want := "127.0.0.1"
			if trusted {
				want = "198.51.100.7"
			}
			if heard := r.heard(bucket, "unit/b"); err != nil || len(heard) != 1 || heard[0].SourceIP != want {
				t.Errorf("%v, heard %+v", err, heard)
			}
		})
	}
}

// allowOnly lets a user read a bucket from a network and from nowhere else.
func allowOnly(t *testing.T, r *rig, user, bucket, network string) {
	t.Helper()
	policy := fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::%s/*",`+
		`"Condition":{"IpAddress":{"aws:SourceIp":"%s"}}}]}`, bucket, network)
	_, err := r.iam(t).PutUserPolicy(t.Context(), &iam.PutUserPolicyInput{
		UserName: &user, PolicyName: aws.String("sea"), PolicyDocument: &policy,
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Port 0 is the kernel's choice, listened on at once; nobody can take it in
// between.
func TestPortZeroIsAnyFreePort(t *testing.T) {
	r := start(t, t.TempDir())
	at, err := url.Parse(r.server.S3Endpoint())
	if err != nil || at.Port() == "0" || at.Port() == "" {
		t.Fatalf("it listens on %s", r.server.S3Endpoint())
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.server.S3Endpoint(), nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := (&http.Client{Transport: r.http}).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	if err := answer.Body.Close(); err != nil || answer.StatusCode != http.StatusForbidden {
		t.Errorf("a stranger is answered %s, %v", answer.Status, err)
	}
}

// A client that goes away is no event for an operator: one that trusts nobody,
// one that speaks no TLS, one that is cut off in its hello or in its request.
func TestClientsThatHangUpLeaveTheLogAlone(t *testing.T) {
	issuer := httptest.NewUnstartedServer(nil)
	issuer.StartTLS()
	t.Cleanup(issuer.Close)
	r := start(t, t.TempDir(), func(cfg *embedded.Config) {
		cfg.TLS = &tls.Config{Certificates: issuer.TLS.Certificates, MinVersion: tls.VersionTLS12}
	})
	for name, leave := range map[string]func(conn net.Conn) error{
		"distrust": func(conn net.Conn) error {
			return tls.Client(conn, &tls.Config{ServerName: "example.com", RootCAs: x509.NewCertPool()}).HandshakeContext(t.Context())
		},
		"no request": func(conn net.Conn) error {
			return tls.Client(conn, &tls.Config{InsecureSkipVerify: true}).HandshakeContext(t.Context())
		},
		"no TLS":    write("GET / HTTP/1.1\r\n\r\n"),
		"cut hello": write("\x16\x03\x01\x02\x00\x01"),
		"a scan":    write(""),
	} {
		for _, reset := range []bool{true, false} {
			if err := hangUp(t, r, leave, reset); err != nil && name != "distrust" {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	stop(t, r) // it waits for the connections
	if said := r.log.String(); said != "" {
		t.Errorf("the log says %s", said)
	}
}

func write(text string) func(net.Conn) error {
	return func(conn net.Conn) error {
		_, err := conn.Write([]byte(text))
		return err
	}
}

// hangUp connects, and leaves: in good order, or as a machine does that is cut
// off. In good order the server is waited for.
func hangUp(t *testing.T, r *rig, leave func(net.Conn) error, reset bool) error {
	t.Helper()
	at, err := url.Parse(r.server.S3Endpoint())
	if err != nil {
		t.Fatal(err)
	}
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", at.Host)
	if err != nil {
		t.Fatal(err)
	}
	left := leave(conn)
	tcp, ok := conn.(*net.TCPConn)
	if !ok {
		t.Fatalf("%T is no TCP", conn)
	}
	if reset {
		err = tcp.SetLinger(0)
	} else if err = tcp.CloseWrite(); err == nil {
		_, _ = io.Copy(io.Discard, conn) // what it answers, and how it ends, is its own affair
	}
	if err := errors.Join(err, conn.Close()); err != nil {
		t.Fatal(err)
	}
	return left
}
