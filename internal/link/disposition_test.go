package link

import (
	"mime"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestDispositionIsRightForOrdinaryAndOddNames(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"call.wav":             `attachment; filename="call.wav"; filename*=UTF-8''call.wav`,
		"two words+1.txt":      `attachment; filename="two words+1.txt"; filename*=UTF-8''two%20words+1.txt`,
		`a"b\c%41.txt`:         `attachment; filename="a_b_c_41.txt"; filename*=UTF-8''a%22b_c%2541.txt`,
		"Grüße 📞.txt":          `attachment; filename="Gr__e _.txt"; filename*=UTF-8''Gr%C3%BC%C3%9Fe%20%F0%9F%93%9E.txt`,
		"a\r\nSet-Cookie:x":    `attachment; filename="a__Set-Cookie:x"; filename*=UTF-8''a__Set-Cookie%3Ax`,
		"invoice\u202etxt.exe": `attachment; filename="invoice_txt.exe"; filename*=UTF-8''invoice_txt.exe`,
		"\xff\xfe.bin":         `attachment; filename="_.bin"; filename*=UTF-8''_.bin`,
		"..":                   `attachment; filename="file"; filename*=UTF-8''file`,
		"":                     `attachment; filename="file"; filename*=UTF-8''file`,
		"x; filename=y":        `attachment; filename="x; filename=y"; filename*=UTF-8''x%3B%20filename%3Dy`,
	} {
		if got := disposition(name); got != want {
			t.Errorf("%q:\ngot  %s\nwant %s", name, got, want)
		}
	}
}

func FuzzDisposition(f *testing.F) {
	for _, name := range []string{"a.txt", `"`, `\"; x=y`, "%0d%0a", "é", "\x00", strings.Repeat("ä", 500), "a/b", `a\b`} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		got := disposition(name)
		for i := range len(got) {
			if got[i] < ' ' || got[i] > '~' {
				t.Fatalf("%q gives a byte %#x", name, got[i])
			}
		}
		kind, params, err := mime.ParseMediaType(got)
		if err != nil || kind != "attachment" || len(params) != 1 {
			t.Fatalf("%q gives %s: %v", name, got, err)
		}
		saved := params["filename"]
		if saved == "" || strings.ContainsAny(saved, "/\\\r\n\x00") || !utf8.ValidString(saved) {
			t.Fatalf("%q is saved as %q", name, saved)
		}
		if saveable(name) == name && saved != name {
			t.Fatalf("%q is saved as %q", name, saved)
		}
	})
}

func TestSafeTypeKeepsWhatNoBrowserRuns(t *testing.T) {
	t.Parallel()
	for contentType, want := range map[string]string{
		"audio/wav":                   "audio/wav",
		"Video/MP4":                   "video/mp4",
		"text/plain; charset=utf-8":   "text/plain; charset=utf-8",
		"application/json":            "application/json",
		"text/html":                   "application/octet-stream",
		"image/svg+xml":               "application/octet-stream",
		"application/xhtml+xml":       "application/octet-stream",
		"text/javascript":             "application/octet-stream",
		"":                            "application/octet-stream",
		"audio/wav\r\nX: y":           "application/octet-stream",
		"text/plain; charset=\"a\r\n": "application/octet-stream",
	} {
		if got := safeType(contentType); got != want {
			t.Errorf("%q: %s, want %s", contentType, got, want)
		}
	}
}
