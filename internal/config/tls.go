package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Way is how the listeners come by their certificate.
type Way string

// The ways, which exclude each other.
const (
	Plain Way = ""     // no TLS
	Files Way = "file" // a pair of files that somebody else renews
	Auto  Way = "auto" // a local authority, for trials
	ACME  Way = "acme" // an authority on the net, by the ACME protocol
)

// TLS is how the listeners come by a certificate.
type TLS struct {
	Cert string      `name:"tls-cert" help:"Certificate chain (PEM) of both listeners, read again when it changes." env:"SEA_TLS_CERT" placeholder:"FILE"`
	Key  string      `name:"tls-key" help:"Private key (PEM) of the certificate." env:"SEA_TLS_KEY" placeholder:"FILE"`
	Auto string      `name:"tls-auto" help:"Directory of a local authority and its server certificate, both made if need be: TLS for trials." env:"SEA_TLS_AUTO" placeholder:"DIR"`
	ACME ACMEOptions `embed:"" prefix:"acme-"`
}

// ACMEOptions are what an authority on the net is asked for, and how.
type ACMEOptions struct {
	Domains     []string `name:"domain" help:"Name to get a certificate for by ACME; may be repeated." env:"SEA_ACME_DOMAIN" placeholder:"NAME"`
	Email       string   `help:"Address that the authority may write to." env:"SEA_ACME_EMAIL"`
	AcceptTerms bool     `help:"Accept the terms of the authority, without which it gives no certificate." env:"SEA_ACME_ACCEPT_TERMS"`
	HTTPListen  string   `name:"http-listen" help:"Address that answers the authority by plain HTTP, and sends browsers to https; the authority asks port 80." env:"SEA_ACME_HTTP_LISTEN" placeholder:"HOST:PORT"`
	Directory   string   `help:"Directory URL of the authority." env:"SEA_ACME_DIRECTORY" default:"https://acme-v02.api.letsencrypt.org/directory" placeholder:"URL"`
	DirectoryCA string   `name:"directory-ca" help:"Certificates (PEM) that the authority's own server is trusted by, where the system does not know it." env:"SEA_ACME_DIRECTORY_CA" placeholder:"FILE"`
}

// Way tells which of the ways was chosen.
func (t TLS) Way() Way {
	switch {
	case len(t.ACME.Domains) > 0:
		return ACME
	case t.Auto != "":
		return Auto
	case t.Cert != "":
		return Files
	}
	return Plain
}

func (t TLS) validate() error {
	if (t.Cert == "") != (t.Key == "") {
		return errors.New("--tls-cert and --tls-key belong together: give both or neither")
	}
	ways := 0
	for _, chosen := range []bool{t.Cert != "", t.Auto != "", len(t.ACME.Domains) > 0} {
		if chosen {
			ways++
		}
	}
	if ways > 1 {
		return errors.New("--tls-cert, --tls-auto and --acme-domain exclude each other: give one of them")
	}
	return t.ACME.validate()
}

func (a ACMEOptions) validate() error {
	if len(a.Domains) == 0 {
		for flag, given := range map[string]bool{
			"--acme-email": a.Email != "", "--acme-accept-terms": a.AcceptTerms, "--acme-http-listen": a.HTTPListen != "",
		} {
			if given {
				return fmt.Errorf("%s is given without --acme-domain: name what to get a certificate for", flag)
			}
		}
		return nil
	}
	if !a.AcceptTerms {
		return errors.New("--acme-domain needs --acme-accept-terms: the authority gives certificates to those who accept its terms")
	}
	for _, name := range a.Domains {
		if !domain(name) {
			return fmt.Errorf("--acme-domain %q is no name that an authority certifies: write one like sea.example.com", name)
		}
	}
	if a.HTTPListen != "" {
		if _, _, err := net.SplitHostPort(a.HTTPListen); err != nil {
			return fmt.Errorf("--acme-http-listen %q is not HOST:PORT", a.HTTPListen)
		}
	}
	at, err := url.Parse(a.Directory)
	if err != nil || at.Host == "" || at.Scheme != "https" {
		return fmt.Errorf("--acme-directory %q is not an https:// URL", a.Directory)
	}
	return nil
}

// label is one part of a host name, in lower case: RFC 1123, section 2.1.
var label = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

// domain tells whether a text is a full host name in lower case, and no
// address.
func domain(text string) bool {
	if _, err := netip.ParseAddr(text); err == nil || len(text) > 253 {
		return false
	}
	labels := strings.Split(text, ".")
	return len(labels) > 1 && !slices.ContainsFunc(labels, func(l string) bool { return !label.MatchString(l) })
}
