package proxy_test

import (
	"net/netip"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"seaportal/internal/proxy"
)

func TestClientIsTheLastAddressThatNoTrustedProxyHas(t *testing.T) {
	t.Parallel()
	trusted := proxy.Trusted{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for name, test := range map[string]struct {
		peer    string
		headers []string
		want    string
	}{
		"no proxy":                     {"192.0.2.1", nil, "192.0.2.1"},
		"a stranger's header":          {"192.0.2.1", []string{"198.51.100.9"}, "192.0.2.1"},
		"one proxy":                    {"10.1.1.1", []string{"198.51.100.9"}, "198.51.100.9"},
		"one proxy without a header":   {"10.1.1.1", nil, "10.1.1.1"},
		"two proxies":                  {"10.1.1.1", []string{"198.51.100.9, 10.2.2.2"}, "198.51.100.9"},
		"two headers":                  {"10.1.1.1", []string{"198.51.100.9", "10.2.2.2"}, "198.51.100.9"},
		"what the client wrote itself": {"10.1.1.1", []string{"127.0.0.1, 198.51.100.9"}, "198.51.100.9"},
		"a client behind the proxies":  {"10.1.1.1", []string{"10.9.9.9"}, "10.9.9.9"},
		"nonsense":                     {"10.1.1.1", []string{"198.51.100.9, unknown"}, "10.1.1.1"},
		"nonsense before a proxy":      {"10.1.1.1", []string{"unknown, 10.2.2.2"}, "10.2.2.2"},
		"nothing in the header":        {"10.1.1.1", []string{""}, "10.1.1.1"},
		"with a port":                  {"10.1.1.1", []string{"198.51.100.9:4711"}, "198.51.100.9"},
		"IPv6":                         {"fd00::1", []string{"2001:db8::7"}, "2001:db8::7"},
		"IPv6 with a port":             {"fd00::1", []string{"[2001:db8::7]:4711"}, "2001:db8::7"},
		"IPv6 in brackets":             {"fd00::1", []string{"[2001:db8::7]"}, "2001:db8::7"},
		"IPv4 as IPv6":                 {"::ffff:10.1.1.1", []string{"::ffff:198.51.100.9"}, "198.51.100.9"},
		"a zone":                       {"10.1.1.1", []string{"fe80::1%eth0"}, "10.1.1.1"},
	} {
		if got := trusted.Client(netip.MustParseAddr(test.peer), test.headers...); got.String() != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
	if got := proxy.Trusted(nil).Client(netip.MustParseAddr("10.1.1.1"), "198.51.100.9"); got.String() != "10.1.1.1" {
		t.Errorf("nobody is trusted, and the header is believed: %s", got)
	}
}

// Whatever a client sends in the header, a chain of trusted proxies makes it
// appear under its own address.
func TestNoHeaderOfTheClientChangesItsAddress(t *testing.T) {
	t.Parallel()
	trusted := proxy.Trusted{netip.MustParsePrefix("10.0.0.0/8")}
	rapid.Check(t, func(t *rapid.T) {
		client := netip.AddrFrom4([4]byte{198, 51, 100, byte(rapid.IntRange(1, 254).Draw(t, "client"))})
		hops := []string{rapid.String().Draw(t, "what the client sends"), client.String()}
		for range rapid.IntRange(0, 3).Draw(t, "more proxies") {
			hops = append(hops, "10.0.0.2")
		}
		if got := trusted.Client(netip.MustParseAddr("10.0.0.1"), strings.Join(hops, ", ")); got != client {
			t.Fatalf("%q makes %s of %s", hops, got, client)
		}
	})
}
