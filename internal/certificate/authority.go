package certificate

import (
	"crypto/ecdsa"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

const (
	authorityFile    = "ca.pem"
	authorityKeyFile = "ca-key.pem"
	authorityLife    = 10 * 365 * day
)

// authority signs server certificates, and is bound to the names that it was
// made for: whoever steals its key can pretend to be these hosts and no other.
type authority struct {
	file string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// openAuthority reads the authority in dir, or makes one for these names.
func openAuthority(dir string, names Names) (*authority, error) {
	file, keyFile := filepath.Join(dir, authorityFile), filepath.Join(dir, authorityKeyFile)
	_, err := os.Stat(file)
	if errors.Is(err, fs.ErrNotExist) {
		err = makeAuthority(file, keyFile, names)
	}
	if err != nil {
		return nil, err
	}
	pair, err := tls.LoadX509KeyPair(file, keyFile)
	if err != nil {
		return nil, fmt.Errorf("read the authority: %w", err)
	}
	key, ok := pair.PrivateKey.(*ecdsa.PrivateKey)
	if !ok || !pair.Leaf.IsCA {
		return nil, fmt.Errorf("%s is no authority of this program", file)
	}
	a := &authority{file: file, cert: pair.Leaf, key: key}
	if time.Until(pair.Leaf.NotAfter) < renewBefore {
		return nil, fmt.Errorf("its authority ends on %s: %s", pair.Leaf.NotAfter.Format(time.DateOnly), anew)
	}
	for _, name := range names.Needed {
		if !a.may(name) {
			return nil, fmt.Errorf("its authority may not certify %s: %s", name, anew)
		}
	}
	return a, nil
}

const anew = "delete " + authorityFile + " there to have a new one made, which clients must trust anew"

func makeAuthority(file, keyFile string, names Names) error {
	key, err := newKey()
	if err != nil {
		return err
	}
	template, err := newTemplate("Secure External Access, local authority of "+names.Host, authorityLife)
	if err != nil {
		return err
	}
	template.Subject.CommonName = strings.TrimSuffix(template.Subject.CommonName, " of ")
	template.IsCA, template.MaxPathLenZero = true, true
	template.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	template.PermittedDNSDomainsCritical = true
	template.PermittedIPRanges = []*net.IPNet{
		{IP: net.IPv4(127, 0, 0, 0).To4(), Mask: net.CIDRMask(8, 32)}, {IP: net.IPv6loopback, Mask: net.CIDRMask(128, 128)},
	}
	for _, name := range unique(slices.Concat([]string{"localhost", hostName(names.Host)}, names.Needed)) {
		address, err := netip.ParseAddr(name)
		if err != nil {
			template.PermittedDNSDomains = append(template.PermittedDNSDomains, name)
			continue
		}
		template.PermittedIPRanges = append(template.PermittedIPRanges, &net.IPNet{
			IP: address.AsSlice(), Mask: net.CIDRMask(address.BitLen(), address.BitLen()),
		})
	}
	cert, err := sign(template, template, key.Public(), key)
	if err != nil {
		return err
	}
	// The certificate comes last: without it there is no authority yet.
	if err := writeKey(keyFile, key); err != nil {
		return err
	}
	return writeCertificate(file, cert)
}

// possible are the names that a server certificate is made for.
func (a *authority) possible(names Names) []string {
	all := unique(slices.Concat(names.Needed, always))
	if host := hostName(names.Host); host != "" && a.may(host) {
		all = unique(append(all, host))
	}
	return all
}

// may tells whether the authority's own constraints permit a name.
func (a *authority) may(name string) bool {
	if address, err := netip.ParseAddr(name); err == nil {
		return slices.ContainsFunc(a.cert.PermittedIPRanges, func(n *net.IPNet) bool { return n.Contains(address.AsSlice()) })
	}
	return slices.ContainsFunc(a.cert.PermittedDNSDomains, func(domain string) bool {
		return name == domain || strings.HasSuffix(name, "."+domain)
	})
}

var hostPattern = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$`)

// hostName gives a machine's name as a certificate may hold it, or nothing:
// machines have names that no host on a network may have.
func hostName(text string) string {
	name := strings.ToLower(text)
	if !hostPattern.MatchString(name) || strings.Contains(name, "..") {
		return ""
	}
	return name
}
