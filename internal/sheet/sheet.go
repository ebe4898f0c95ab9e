// Package sheet owns how the portal's tables stand in CSV files (RFC 4180):
// lines end as the standard says, and no text is run by the spreadsheet that
// opens it. What a table holds is its owner's.
package sheet

import (
	"encoding/csv"
	"io"
	"strings"
	"time"
)

// NewWriter gives a writer of CSV lines. Flush it, and look at its Error.
func NewWriter(w io.Writer) *csv.Writer {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	return out
}

// Text keeps a spreadsheet from running a text as a formula (OWASP, CSV
// injection): one that looks like it begins with an apostrophe.
func Text(text string) string {
	if text != "" && strings.ContainsAny(text[:1], "=+-@\t\r\n") {
		return "'" + text
	}
	return text
}

// Instant writes a time to the second (RFC 3339, UTC), nothing for none.
func Instant(t *time.Time) string {
	if t == nil || t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
