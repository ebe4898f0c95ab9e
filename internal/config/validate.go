package config

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// Validate checks what a server is told. Each complaint is one line that names
// the flag.
func (c Config) Validate() error {
	if err := c.validateMode(); err != nil {
		return err
	}
	if err := c.TLS.validate(); err != nil {
		return err
	}
	if err := c.validateListener("--listen", c.Listen); err != nil {
		return err
	}
	if err := c.validateS3Listen(); err != nil {
		return err
	}
	if _, err := c.Proxies(); err != nil {
		return err
	}
	if err := validateURL("--public-url", c.PublicURL); err != nil {
		return err
	}
	return validateURL("--s3-public-url", c.S3PublicURL)
}

// validateS3Listen checks the embedded storage's listener. No other storage has
// one.
func (c Config) validateS3Listen() error {
	if c.Mode == AWS {
		return nil
	}
	if err := c.validateListener("--s3-listen", c.S3Listen); err != nil {
		return err
	}
	if c.Listen == c.S3Listen && !ephemeral(c.Listen) {
		return fmt.Errorf("--listen and --s3-listen are both %s: give each its own port", c.Listen)
	}
	return nil
}

// Secure tells whether the listeners speak TLS.
func (c Config) Secure() bool { return c.TLS.Way() != Plain }

// SecureURL tells whether people reach the portal by https.
func (c Config) SecureURL() bool {
	if c.PublicURL == "" {
		return c.Secure()
	}
	return strings.HasPrefix(c.PublicURL, "https://")
}

// Proxies are the networks of --trusted-proxies. A bare address is a network
// of one.
func (c Config) Proxies() ([]netip.Prefix, error) {
	var proxies []netip.Prefix
	for _, text := range c.TrustedProxies {
		network, err := netip.ParsePrefix(text)
		if err != nil {
			only, err := netip.ParseAddr(text)
			if err != nil || only.Zone() != "" {
				return nil, fmt.Errorf("--trusted-proxies %q is no network: write 10.0.0.0/8 or 192.0.2.7", text)
			}
			network = netip.PrefixFrom(only, only.BitLen())
		}
		proxies = append(proxies, network.Masked())
	}
	return proxies, nil
}

func (c Config) validateListener(flag, address string) error {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("%s %q is not HOST:PORT", flag, address)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return fmt.Errorf("%s %q: the port is a number up to 65535", flag, address)
	}
	if !loopback(host) && !c.Secure() && !c.InsecureListen {
		return fmt.Errorf("%s %s can be reached from other machines without TLS: give --tls-cert and --tls-key, "+
			"--tls-auto, --acme-domain, or --insecure-listen where a proxy in front speaks TLS", flag, address)
	}
	return nil
}

// loopback tells whether only this machine reaches a host. A name other than
// localhost may resolve to anything.
func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.IsLoopback()
}

func ephemeral(address string) bool {
	_, port, err := net.SplitHostPort(address)
	return err == nil && port == "0"
}

func validateURL(flag, text string) error {
	if text == "" {
		return nil
	}
	at, err := url.Parse(text)
	switch {
	case err != nil || at.Host == "" || (at.Scheme != "http" && at.Scheme != "https"):
		return fmt.Errorf("%s %q is not an http:// or https:// URL", flag, text)
	case (at.Path != "" && at.Path != "/") || at.RawQuery != "" || at.Fragment != "":
		return fmt.Errorf("%s %q has a path: give scheme, host and port only", flag, text)
	}
	return nil
}
