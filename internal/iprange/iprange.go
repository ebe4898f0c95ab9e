// Package iprange owns how people write address ranges, IPv4 and IPv6: one
// address, or a range in CIDR notation (RFC 4632, RFC 4291). It is pure. It
// refuses what says something else than it seems to: ranges that do not begin at
// their first address, and ranges of everything.
package iprange

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
)

const v4InV6 = 96 // the bits before an IPv4 address in an IPv6 one, ::ffff:0:0/96

// Parse reads one address or range. Its errors are sentences for people.
func Parse(text string) (netip.Prefix, error) {
	text = strings.TrimSpace(text)
	prefix, err := read(text)
	if err != nil {
		return netip.Prefix{}, fmt.Errorf("“%s” is no address and no range: write 203.0.113.7, 203.0.113.0/24 or 2001:db8::/48", text)
	}
	if prefix.Addr().Is4In6() {
		if prefix.Bits() < v4InV6 {
			return netip.Prefix{}, fmt.Errorf("“%s” is a range of IPv4 addresses written as IPv6: write it as IPv4", text)
		}
		prefix = netip.PrefixFrom(prefix.Addr().Unmap(), prefix.Bits()-v4InV6)
	}
	switch {
	case prefix.Bits() == 0:
		return netip.Prefix{}, fmt.Errorf("“%s” is every address: leave it out", text)
	case prefix.Masked() != prefix:
		return netip.Prefix{}, fmt.Errorf("“%s” does not begin a range: write %s for the range, or %s for the one address",
			text, prefix.Masked(), prefix.Addr())
	}
	return prefix, nil
}

var errZone = errors.New("a zone is of one machine only")

func read(text string) (netip.Prefix, error) {
	if strings.Contains(text, "/") {
		return netip.ParsePrefix(text)
	}
	address, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Prefix{}, err
	}
	if address.Zone() != "" {
		return netip.Prefix{}, errZone
	}
	return netip.PrefixFrom(address, address.BitLen()), nil
}

// Text writes a range as short as it is understood: one address without its
// length.
func Text(prefix netip.Prefix) string {
	if prefix.IsSingleIP() {
		return prefix.Addr().String()
	}
	return prefix.String()
}
