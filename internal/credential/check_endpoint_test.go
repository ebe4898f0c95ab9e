package credential

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

var today = time.Date(2030, 1, 2, 12, 0, 0, 0, time.UTC)

func endsIn(days int) *x509.Certificate {
	return &x509.Certificate{NotAfter: today.Add(time.Duration(days)*24*time.Hour + time.Hour)}
}

func TestCertificatesAreJudgedByTheirDaysAndTheirTrust(t *testing.T) {
	t.Parallel()
	handshake := func(leaf *x509.Certificate) *tls.ConnectionState {
		return &tls.ConnectionState{PeerCertificates: []*x509.Certificate{leaf}}
	}
	refused := func(leaf *x509.Certificate, why error) error {
		return &url.Error{Op: "Head", Err: &tls.CertificateVerificationError{UnverifiedCertificates: []*x509.Certificate{leaf}, Err: why}}
	}
	for name, test := range map[string]struct {
		url   string
		state *tls.ConnectionState
		err   error
		want  Outcome
		said  string
	}{
		"good":          {"https://s3.example", handshake(endsIn(60)), nil, Passed, "good for 60 more days, until 3 March 2030"},
		"over soon":     {"https://s3.example", handshake(endsIn(1)), nil, Noted, "good for 1 more day,"},
		"over":          {"https://s3.example", nil, refused(endsIn(-3), x509.CertificateInvalidError{Reason: x509.Expired}), Failed, "It ended on 30 December 2029"},
		"another name":  {"https://s3.example:9000", nil, refused(endsIn(9), x509.HostnameError{Certificate: endsIn(9), Host: "s3.example"}), Failed, "not for the name s3.example."},
		"not trusted":   {"https://s3.example", nil, refused(endsIn(9), x509.UnknownAuthorityError{}), Noted, "does not trust who signed it"},
		"no TLS":        {"http://s3.example", nil, nil, Noted, "speaks HTTP"},
		"not reachable": {"https://s3.example", nil, errors.New("refused"), Skipped, "could not be asked"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at, err := url.Parse(test.url)
			if err != nil {
				t.Fatal(err)
			}
			got := judgeCertificate(at, test.state, test.err, today)
			if got.Outcome != test.want || !strings.Contains(got.Said, test.said) {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestTheEndpointIsAskedAtItsPublicURL(t *testing.T) {
	t.Parallel()
	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(secure.Close)
	for name, test := range map[string]struct {
		endpoint              string
		reached, secured      Outcome
		endpointSaid, tlsSaid string
	}{
		"any answer":        {plain.URL, Passed, Noted, "It answers at " + plain.URL, "speaks HTTP"},
		"not trusted":       {secure.URL, Passed, Noted, "It answers at " + secure.URL, "does not trust"},
		"HTTP, not HTTPS":   {strings.Replace(plain.URL, "http:", "https:", 1), Failed, Skipped, "does not speak TLS", ""},
		"nobody there":      {"http://127.0.0.1:1", Failed, Skipped, "could not be reached", ""},
		"no address in DNS": {"https://nowhere.invalid", Failed, Skipped, "https://nowhere.invalid", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := (&Service{endpoint: test.endpoint}).checkEndpoint(t.Context())
			if len(got) != 2 || got[0].Outcome != test.reached || got[1].Outcome != test.secured {
				t.Fatalf("%+v", got)
			}
			if !strings.Contains(got[0].Said, test.endpointSaid) || !strings.Contains(got[1].Said, test.tlsSaid) {
				t.Errorf("%+v", got)
			}
		})
	}
	if got := (&Service{endpoint: "s3.example"}).checkEndpoint(t.Context()); len(got) != 1 || got[0].Outcome != Failed {
		t.Errorf("no URL: %+v", got)
	}
}
