package rulebook

import (
	"encoding/json"
	"fmt"
	"strings"

	"seaportal/internal/rule"
	"seaportal/internal/store"
)

// picker reads out of the catalogue's JSON the attributes that some rules look
// at. It is for long walks: it keeps one map and fills it anew for every file,
// so that it serves one goroutine, and what it gave is good until the next.
type picker struct {
	wanted map[string]struct{}
	into   map[string]string
}

func newPicker(matchers []*rule.Matcher) *picker {
	p := &picker{wanted: map[string]struct{}{}, into: map[string]string{}}
	for _, m := range matchers {
		for _, name := range m.Attributes() {
			p.wanted[name] = struct{}{}
		}
	}
	return p
}

// none tells that no rule looks at any attribute.
func (p *picker) none() bool { return len(p.wanted) == 0 }

// file gives what the rules may know of a row of the given media type.
func (p *picker) file(row *store.CatalogueRow, media rule.MediaType) (rule.File, error) {
	known := rule.File{Name: row.Key, Size: row.Size, Stored: row.Stored, MediaType: media, Attributes: p.into}
	if p.none() {
		return known, nil
	}
	clear(p.into)
	if row.Attributes == "" || p.fast(row.Attributes) {
		return known, nil
	}
	clear(p.into)
	var all map[string]string
	if err := json.Unmarshal([]byte(row.Attributes), &all); err != nil {
		return known, fmt.Errorf("read attributes of file %d: %w", row.ID, err)
	}
	for name, value := range all {
		p.take(name, value)
	}
	return known, nil
}

// fast reads what the catalogue mostly holds: one object of texts, without
// white space and without escapes. It is false for anything else, which is
// left to the real parser.
func (p *picker) fast(text string) bool {
	if strings.IndexByte(text, '\\') >= 0 || !strings.HasPrefix(text, "{") {
		return false
	}
	rest := text[1:]
	if rest == "}" {
		return true
	}
	for {
		name, after, ok := quoted(rest)
		if !ok || after == "" || after[0] != ':' {
			return false
		}
		value, after, ok := quoted(after[1:])
		if !ok || after == "" {
			return false
		}
		p.take(name, value)
		if after == "}" {
			return true
		}
		if after[0] != ',' {
			return false
		}
		rest = after[1:]
	}
}

func (p *picker) take(name, value string) {
	if _, wanted := p.wanted[name]; wanted {
		p.into[name] = value
	}
}

// quoted cuts a text in quotation marks off the front.
func quoted(s string) (text, rest string, ok bool) {
	if s == "" || s[0] != '"' {
		return "", "", false
	}
	return strings.Cut(s[1:], `"`)
}
