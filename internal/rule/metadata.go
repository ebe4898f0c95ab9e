package rule

import (
	"maps"
	"mime"
	"slices"
	"strings"
	"unicode"
)

// ReadMetadata gives the media type and the attributes that an object's user
// metadata (the x-amz-meta- headers, without that prefix) spells out. Names
// are made AttributeNames, empty values are left out, and a value that was
// encoded for the header by RFC 2047, as S3 and its SDKs do with text that is
// not ASCII, is decoded where that works.
func ReadMetadata(metadata map[string]string) (MediaType, map[string]string) {
	media, attributes := Other, make(map[string]string, len(metadata))
	for _, name := range slices.Sorted(maps.Keys(metadata)) {
		canonical, value := AttributeName(name), decodeValue(metadata[name])
		if value == "" || !validAttributeName(canonical) {
			continue
		}
		if canonical == mediaTypeName {
			if m := ReadMediaType(value); m != Other {
				media = m
			}
			continue
		}
		// contact-id and contact_id may both be there: the plain name wins.
		if _, taken := attributes[canonical]; !taken || canonical == name {
			attributes[canonical] = value
		}
	}
	return media, attributes
}

// decodeValue makes a header's value text: decoded, valid UTF-8, on one line.
func decodeValue(value string) string {
	if strings.Contains(value, "=?") {
		var words mime.WordDecoder
		if decoded, err := words.DecodeHeader(value); err == nil {
			value = decoded
		}
	}
	value = strings.ToValidUTF8(value, "\uFFFD")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, value))
}
