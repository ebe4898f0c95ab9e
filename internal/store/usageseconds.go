package store

import "strings"

// seconds writes what stands in braces in a query: times as whole seconds since
// 1970, cut and never rounded. SQLite's own functions round a fraction to
// milliseconds, which could be the next second: the text is cut first.
func (s *Store) seconds(query string) string {
	at := func(column string) string { return "unixepoch(substr(" + column + ", 1, 19))" }
	if s.dialect == Postgres {
		at = func(column string) string { return "CAST(FLOOR(EXTRACT(EPOCH FROM " + column + ")) AS bigint)" }
	}
	return strings.NewReplacer(
		"{placed}", at("placed_at"), "{removed}", at("removed_at"), "{expires}", at("expires_at"),
		"{fetched}", "CASE WHEN first_downloaded_at < @seen THEN TRUE ELSE FALSE END",
	).Replace(query)
}
