package link

import (
	"mime"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// fallbackName is for a file whose key leaves no name.
const fallbackName = "file"

// disposition gives a Content-Disposition value (RFC 6266) that saves a file
// under its name, whatever characters that holds: once as a quoted ASCII text
// for old clients, once as UTF-8 (RFC 8187). The result is one line of
// printable ASCII, and no name can end its quotes or add a parameter.
func disposition(name string) string {
	name = saveable(name)
	var quoted, encoded strings.Builder
	for _, r := range name {
		if r > '~' || strings.ContainsRune(`"\%`, r) { // some clients decode %XX in the quoted form too
			quoted.WriteByte('_')
			continue
		}
		quoted.WriteRune(r)
	}
	for i := range len(name) {
		if c := name[i]; isAttrChar(c) {
			encoded.WriteByte(c)
		} else {
			const hex = "0123456789ABCDEF"
			encoded.WriteByte('%')
			encoded.WriteByte(hex[c>>4])
			encoded.WriteByte(hex[c&15])
		}
	}
	return `attachment; filename="` + quoted.String() + `"; filename*=UTF-8''` + encoded.String()
}

// saveable makes a name that a file system may take and a person is not fooled
// by: valid UTF-8 without separators, control characters or characters that
// turn the direction of writing (which show `exe.txt` for `txt.exe`).
func saveable(name string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case r == utf8.RuneError, r == '/', r == '\\', unicode.IsControl(r), unicode.Is(unicode.Cf, r) && r != zeroWidthJoiner:
			return '_'
		case unicode.Is(unicode.Zl, r), unicode.Is(unicode.Zp, r):
			return '_'
		}
		return r
	}, strings.ToValidUTF8(name, "_"))
	if strings.Trim(name, ". ") == "" {
		return fallbackName
	}
	return name
}

const zeroWidthJoiner = '\u200d' // holds many emoji together

// isAttrChar tells whether RFC 8187 leaves a byte as it is.
func isAttrChar(c byte) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		return true
	}
	return strings.IndexByte("!#$&+-.^_`|~", c) >= 0
}

// unknownType is what browsers do nothing with but save.
const unknownType = "application/octet-stream"

// inertTypes are the families and types that no browser runs.
var inertTypes = []string{"audio/", "video/", "image/", "text/plain", "text/csv", "application/json", "application/pdf", "application/zip"}

// safeType gives the content type to answer with: the file's own when it is
// well formed and nothing that a browser would run.
func safeType(contentType string) string {
	media, params, err := mime.ParseMediaType(contentType)
	if err != nil || media == "image/svg+xml" {
		return unknownType
	}
	isInert := slices.ContainsFunc(inertTypes, func(inert string) bool {
		return media == inert || strings.HasSuffix(inert, "/") && strings.HasPrefix(media, inert)
	})
	if text := mime.FormatMediaType(media, params); isInert && text != "" {
		return text
	}
	return unknownType
}
