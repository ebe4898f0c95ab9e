package rule

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// Template reads attributes out of keys. It is written like
//
//	{media_type}/{team}/{skill}/{date}/{contact_id}.{ext}
//
// A name in braces stands for one character or more of one segment and becomes
// the attribute of that name; {_} is read and dropped, and may be repeated.
// Where a segment could be divided in several ways, earlier names take as much
// as they can. All else stands for itself, and the whole key must fit.
type Template struct {
	pattern *regexp.Regexp
	names   []string // by group, from 1
}

// maxTemplate is the longest template: as long as a key of S3.
const maxTemplate = 1024

var (
	errBraceOpen     = errors.New("close each { with a }")
	errBraceAlone    = errors.New("a } needs a { before it")
	errNamesAdjacent = errors.New("put something between two names in braces")
	errNoName        = errors.New("name at least one attribute in braces, such as {skill}")
)

// ParseTemplate reads a template. Its errors are for people.
func ParseTemplate(text string) (*Template, error) {
	if len(text) > maxTemplate || !printable(text, "") {
		return nil, errors.New("use at most 1,024 bytes, without characters that cannot be shown")
	}
	t := &Template{names: []string{""}}
	var (
		pattern strings.Builder
		seen    = map[string]bool{}
	)
	pattern.WriteString(`\A`)
	for rest, adjacent := text, false; rest != ""; adjacent = true {
		literal, after, found := strings.Cut(rest, "{")
		if strings.Contains(literal, "}") {
			return nil, errBraceAlone
		}
		pattern.WriteString(regexp.QuoteMeta(literal))
		if !found {
			break
		}
		if literal == "" && adjacent {
			return nil, errNamesAdjacent
		}
		name, tail, closed := strings.Cut(after, "}")
		if !closed {
			return nil, errBraceOpen
		}
		name = AttributeName(name)
		if err := checkTemplateName(name, seen); err != nil {
			return nil, err
		}
		t.names = append(t.names, name)
		pattern.WriteString(`([^/]+)`)
		rest = tail
	}
	pattern.WriteString(`\z`)
	if len(seen) == 0 {
		return nil, errNoName
	}
	var err error
	if t.pattern, err = regexp.Compile(pattern.String()); err != nil {
		return nil, fmt.Errorf("compile template: %w", err)
	}
	return t, nil
}

// unnamed is the name of a part that is not kept.
const unnamed = "_"

func checkTemplateName(name string, seen map[string]bool) error {
	switch {
	case name == unnamed:
		return nil
	case !validAttributeName(name):
		return fmt.Errorf("{%s} is no attribute's name: use letters, digits and hyphens", name)
	case seen[name]:
		return fmt.Errorf("{%s} stands twice", name)
	}
	seen[name] = true
	return nil
}

// Read gives the media type and the attributes that a key, below the unit's
// prefix, spells out. It is false for a key that does not fit: the object's
// metadata decides then.
func (t *Template) Read(key string) (MediaType, map[string]string, bool) {
	groups := t.pattern.FindStringSubmatch(key)
	if groups == nil {
		return Other, nil, false
	}
	media, attributes := Other, make(map[string]string, len(groups))
	for i, value := range groups {
		switch name := t.names[i]; {
		case i == 0 || name == unnamed:
		case name == mediaTypeName:
			media = ReadMediaType(value)
		default:
			attributes[name] = value
		}
	}
	return media, attributes, true
}
