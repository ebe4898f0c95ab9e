package credential

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"
)

const (
	checkedEndpoint    = "Endpoint"
	checkedCertificate = "Certificate"
	// soonOver is how many days before its end a certificate is pointed out.
	soonOver = 21
)

// checkEndpoint asks for the public URL as a partner's client does, unsigned:
// any answer will do. The certificate is judged by what this machine trusts.
func (s *Service) checkEndpoint(ctx context.Context) []Check {
	reached := Check{Name: checkedEndpoint}
	at, err := url.Parse(s.endpoint)
	if err != nil || at.Host == "" {
		reached.Outcome, reached.Said = Failed, "The endpoint "+s.endpoint+" is no URL."
		return []Check{reached}
	}
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	state, err := ask(ctx, at)
	secured := judgeCertificate(at, state, err, now())
	var untrusted *tls.CertificateVerificationError
	switch {
	case err == nil, errors.As(err, &untrusted):
		reached.Outcome, reached.Said = Passed, "It answers at "+s.endpoint+"."
	case ctx.Err() != nil:
		return []Check{unreachable(reached, s.endpoint, "did not answer in time"), skippedCertificate()}
	default:
		return []Check{unreachable(reached, s.endpoint, reasonOf(err)), skippedCertificate()}
	}
	return []Check{reached, secured}
}

func unreachable(c Check, endpoint, why string) Check {
	c.Outcome = Failed
	c.Said = "From the portal's machine, " + endpoint + " " + why + "."
	c.Partner = "A time-out or a connection error, if it is the same for them."
	c.Do = "Check the public URL of S3, its name in the DNS, the proxy and the firewall."
	return c
}

func skippedCertificate() Check {
	return Check{Name: checkedCertificate, Outcome: Skipped, Said: "The endpoint could not be asked for it."}
}

func reasonOf(err error) string {
	var unknown *net.DNSError
	switch {
	case errors.As(err, &unknown):
		return "has no address in the DNS"
	case errors.Is(err, http.ErrSchemeMismatch), errors.As(err, new(tls.RecordHeaderError)):
		return "does not speak TLS, though its URL begins with https"
	}
	return "could not be reached"
}

// ask makes one request on a connection of its own, and gives what its TLS
// handshake agreed on, nil without TLS.
func ask(ctx context.Context, at *url.URL) (*tls.ConnectionState, error) {
	client := &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodHead, at.String(), http.NoBody)
	if err != nil {
		return nil, err
	}
	answer, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	return answer.TLS, answer.Body.Close()
}

// judgeCertificate says how long the endpoint's certificate is good, or why it
// is not.
func judgeCertificate(at *url.URL, state *tls.ConnectionState, err error, today time.Time) Check {
	c := Check{Name: checkedCertificate}
	var untrusted *tls.CertificateVerificationError
	switch {
	case at.Scheme != "https":
		c.Outcome, c.Said = Noted, "The endpoint speaks HTTP: what is fetched can be read on its way."
		c.Do = "Use TLS where the endpoint is reached over a network that others share."
		return c
	case errors.As(err, &untrusted):
		return judgeUntrusted(c, untrusted, at.Hostname(), today)
	case err != nil || state == nil || len(state.PeerCertificates) == 0:
		return skippedCertificate()
	}
	return judgeDays(c, state.PeerCertificates[0], today)
}

func judgeDays(c Check, leaf *x509.Certificate, today time.Time) Check {
	days := int(leaf.NotAfter.Sub(today) / (24 * time.Hour))
	c.Outcome = Passed
	c.Said = fmt.Sprintf("It is trusted, and good for %s, until %s.", plural(days, "more day", "more days"), leaf.NotAfter.UTC().Format("2 January 2006"))
	if days < soonOver {
		c.Outcome, c.Do = Noted, "Renew it before then: after it, every client refuses to connect."
	}
	return c
}

func judgeUntrusted(c Check, why *tls.CertificateVerificationError, host string, today time.Time) Check {
	c.Outcome, c.Do = Failed, "Install a certificate for this name from an authority that partners trust."
	c.Partner = "A certificate error, and no connection."
	var name x509.HostnameError
	switch {
	case len(why.UnverifiedCertificates) > 0 && today.After(why.UnverifiedCertificates[0].NotAfter):
		c.Said = "It ended on " + why.UnverifiedCertificates[0].NotAfter.UTC().Format("2 January 2006") + "."
		c.Do = "Renew it."
	case errors.As(why.Err, &name):
		c.Said = "It is not for the name " + host + "."
	default:
		c.Outcome, c.Said = Noted, "This machine does not trust who signed it."
		c.Partner = "A certificate error, unless their computer trusts the authority."
		c.Do = "Give partners the authority's certificate, or use one that computers trust."
	}
	return c
}
