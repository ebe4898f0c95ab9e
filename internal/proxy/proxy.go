// Package proxy owns the question who a request comes from where proxies stand
// in front. It believes no header but X-Forwarded-For, and that only as far as
// it was written by proxies that the operator named.
package proxy

import (
	"net/netip"
	"slices"
	"strings"
)

// Trusted are the networks of the proxies that are believed. None believes
// nobody.
type Trusted []netip.Prefix

// Client gives the address that a request comes from: the peer of the
// connection, unless that is a trusted proxy. Then it is the last address in
// X-Forwarded-For that no trusted proxy has: each proxy adds its own peer at
// the end, so whatever a client wrote itself stands before that. Headers are
// the values of all X-Forwarded-For headers in their order.
func (t Trusted) Client(peer netip.Addr, headers ...string) netip.Addr {
	client := peer.Unmap()
	if len(headers) == 0 || !t.has(client) {
		return client
	}
	hops := strings.Split(strings.Join(headers, ","), ",")
	for _, hop := range slices.Backward(hops) {
		address, ok := parse(hop)
		if !ok {
			return client // what stands before it cannot be believed either
		}
		client = address
		if !t.has(client) {
			return client
		}
	}
	return client
}

func (t Trusted) has(address netip.Addr) bool {
	return slices.ContainsFunc(t, func(network netip.Prefix) bool { return network.Contains(address) })
}

// parse reads an address, with a port where a proxy adds one.
func parse(hop string) (netip.Addr, bool) {
	hop = strings.TrimSpace(hop)
	if both, err := netip.ParseAddrPort(hop); err == nil {
		return both.Addr().Unmap(), both.Addr().Zone() == ""
	}
	address, err := netip.ParseAddr(strings.Trim(hop, "[]"))
	return address.Unmap(), err == nil && address.Zone() == ""
}
