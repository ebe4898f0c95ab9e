package rule

import (
	"errors"
	"slices"
	"strings"
)

var (
	errQuoteOpen = errors.New("a quotation mark is not closed; write \"\" for one inside quotation marks")
	errQuoteTail = errors.New("put a comma after the closing quotation mark")
)

// ReadValues reads the values of one condition as a person types them:
// separated by commas, trimmed, blanks and repetitions dropped. A comma inside
// a value is written \, or the value is put in quotation marks, in which ""
// stands for one of them. Elsewhere a quotation mark and a backslash are
// characters like any other.
func ReadValues(s string) ([]string, error) {
	var values []string
	for rest := s; rest != ""; {
		var (
			value string
			err   error
		)
		rest = strings.TrimSpace(rest)
		if strings.HasPrefix(rest, `"`) {
			value, rest, err = readQuoted(rest[1:])
		} else {
			value, rest = readPlain(rest)
		}
		if err != nil {
			return nil, err
		}
		if value != "" && !slices.Contains(values, value) {
			values = append(values, value)
		}
	}
	return values, nil
}

// readPlain takes the value up to the next comma that is not escaped.
func readPlain(s string) (value, rest string) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == ',':
			return strings.TrimSpace(b.String()), s[i+1:]
		case s[i] == '\\' && i+1 < len(s) && s[i+1] == ',':
			i++
		}
		b.WriteByte(s[i])
	}
	return strings.TrimSpace(b.String()), ""
}

// readQuoted takes the value up to its closing quotation mark, and the comma
// behind it.
func readQuoted(s string) (value, rest string, err error) {
	var b strings.Builder
	for {
		before, after, closed := strings.Cut(s, `"`)
		if !closed {
			return "", "", errQuoteOpen
		}
		b.WriteString(before)
		if strings.HasPrefix(after, `"`) {
			b.WriteByte('"')
			s = after[1:]
			continue
		}
		rest = strings.TrimSpace(after)
		if rest != "" && rest[0] != ',' {
			return "", "", errQuoteTail
		}
		return b.String(), strings.TrimPrefix(rest, ","), nil
	}
}

// WriteValues writes values so that ReadValues gives the same ones back.
func WriteValues(values []string) string {
	written := make([]string, len(values))
	for i, v := range values {
		if strings.ContainsAny(v, `,"\`) || v != strings.TrimSpace(v) {
			v = `"` + strings.ReplaceAll(v, `"`, `""`) + `"`
		}
		written[i] = v
	}
	return strings.Join(written, ", ")
}
