package iprange_test

import (
	"net/netip"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"seaportal/internal/iprange"
)

func TestParseNormalises(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"203.0.113.7": "203.0.113.7", " 203.0.113.7/32 ": "203.0.113.7", "203.0.113.0/24": "203.0.113.0/24",
		"2001:DB8:0:0::/48": "2001:db8::/48", "2001:db8::1": "2001:db8::1", "2001:db8::1/128": "2001:db8::1",
		"::ffff:192.0.2.1": "192.0.2.1", "::ffff:192.0.2.0/120": "192.0.2.0/24", "128.0.0.0/1": "128.0.0.0/1",
	} {
		got, err := iprange.Parse(text)
		if err != nil || iprange.Text(got) != want {
			t.Errorf("%q is %s, %v", text, iprange.Text(got), err)
		}
	}
}

func TestParseSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                  "is no address",
		"example.com":       "is no address",
		"203.0.113":         "is no address",
		"203.0.113.7/33":    "is no address",
		"203.0.113.007":     "is no address",
		"203.0.113.0-9":     "is no address",
		"fe80::1%eth0":      "is no address",
		"10.0.0.5/8":        "write 10.0.0.0/8 for the range, or 10.0.0.5 for the one address",
		"2001:db8::1/48":    "write 2001:db8::/48 for the range",
		"0.0.0.0/0":         "is every address",
		"::/0":              "is every address",
		"1.2.3.4/0":         "is every address",
		"::ffff:0:0/90":     "write it as IPv4",
		"::ffff:0.0.0.0/96": "is every address",
	} {
		if _, err := iprange.Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// What Parse gives is read again as the same, and holds its own address.
func TestParseIsStable(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.SampledFrom([]int{4, 16}).Draw(t, "size")
		address, _ := netip.AddrFromSlice(rapid.SliceOfN(rapid.Byte(), size, size).Draw(t, "address"))
		text := netip.PrefixFrom(address, rapid.IntRange(1, address.BitLen()).Draw(t, "bits")).Masked().String()
		first, err := iprange.Parse(text)
		if err != nil {
			return // an IPv4 range in IPv6 clothes
		}
		again, err := iprange.Parse(iprange.Text(first))
		if err != nil || again != first || !first.Contains(first.Addr()) {
			t.Fatalf("%s, then %s: %v", first, again, err)
		}
	})
}
