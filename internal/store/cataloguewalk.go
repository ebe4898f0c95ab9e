package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"seaportal/models"
)

// CatalogueWalk selects what a long read-only walk of a unit's catalogue sees.
// Zero fields do not narrow it.
type CatalogueWalk struct {
	UnitID    int64
	MediaType string
	// Waiting leaves out the files that are gone and those that were queued.
	Waiting bool
	// Attributes reads them, which costs more than all the rest.
	Attributes bool
}

// CatalogueRow is a catalogued file as a walk gives it. Attributes is the JSON
// text of the catalogue; RuleID is 0 for a file that no rule claimed.
type CatalogueRow struct {
	ID, Size, RuleID          int64
	Key                       string
	MediaType                 string
	Attributes                string
	Stored                    time.Time
	Gone, Processed, LongTerm bool
}

// KeySpan is the keys after From up to and with To; an empty To has no end.
type KeySpan struct{ From, To string }

const (
	spanProbes = 512 // rows that are looked at to divide a catalogue
	maxSpans   = 32
)

// CatalogueSpans divides a unit's keys into at most 32 spans, in order, that
// hold about as many files each, so that a walk can go on in several places
// side by side. It looks at a sample by id; a unit of few files among many
// gets one span.
func (s *Store) CatalogueSpans(ctx context.Context, unitID int64) ([]KeySpan, error) {
	var ends struct{ Low, High int64 }
	err := s.db(ctx).Raw("SELECT COALESCE(MIN(id), 0) AS low, COALESCE(MAX(id), 0) AS high FROM files").Scan(&ends).Error
	if err != nil {
		return nil, wrap(err, "measure catalogue")
	}
	step := max((ends.High-ends.Low)/spanProbes, 1)
	probes := make([]int64, 0, spanProbes+1)
	for id := ends.Low; id <= ends.High && len(probes) <= spanProbes; id += step {
		probes = append(probes, id)
	}
	var found []models.File
	// The unit is compared here: asked of the database, it would walk the unit's index instead of the ids.
	err = s.db(ctx).Select("business_unit_id", "key").Where("id IN ?", probes).Find(&found).Error
	var keys []string
	for _, f := range found {
		if f.UnitID == unitID && f.Key != "" {
			keys = append(keys, f.Key)
		}
	}
	return spansBetween(keys), wrap(err, "sample catalogue of unit %d", unitID)
}

// spansBetween makes spans that end at evenly chosen keys of a sample.
func spansBetween(sample []string) []KeySpan {
	slices.Sort(sample)
	sample = slices.Compact(sample)
	spans := []KeySpan{{}}
	count := min(maxSpans, len(sample)/4+1) // a span for less than four samples would be of any size
	for i := 1; i < count; i++ {
		at := sample[i*len(sample)/count]
		spans[len(spans)-1].To = at
		spans = append(spans, KeySpan{From: at})
	}
	return spans
}

// WalkCatalogue reads the files of one span and hands each to visit, which may
// keep nothing of the row but its texts. It reads rows one by one and holds no
// lock that a writer waits for. The error of a walk that ran out of time is
// the driver's; ask the context.
func (s *Store) WalkCatalogue(ctx context.Context, w CatalogueWalk, span KeySpan, visit func(*CatalogueRow) error) error {
	query, args := s.walkQuery(w, span)
	rows, err := s.db(ctx).Raw(query, args...).Rows()
	if err != nil {
		return wrap(err, "walk catalogue of unit %d", w.UnitID)
	}
	defer func() { _ = rows.Close() }() // what went wrong is in rows.Err
	var (
		row    CatalogueRow
		stored instant
		flags  int64
	)
	for rows.Next() {
		err := rows.Scan(&row.ID, &row.Size, &row.RuleID, &row.Key, &row.MediaType, &row.Attributes, &stored, &flags)
		if err != nil {
			return wrap(err, "walk catalogue of unit %d", w.UnitID)
		}
		row.Stored = stored.Time
		row.Gone, row.Processed, row.LongTerm = flags&1 != 0, flags&2 != 0, flags&4 != 0
		if err := visit(&row); err != nil {
			return err
		}
	}
	return wrap(rows.Err(), "walk catalogue of unit %d", w.UnitID)
}

// walkQuery reads no column that the walk does not need.
func (s *Store) walkQuery(w CatalogueWalk, span KeySpan) (query string, args []any) {
	stored := "last_modified"
	if s.dialect == SQLite {
		stored = "last_modified || ''" // as text: the driver's own reading of times takes longer than all else
	}
	media, attributes := "media_type", "''"
	if w.MediaType != "" {
		media = "''"
	}
	if w.Attributes {
		attributes = "attributes"
	}
	query = fmt.Sprintf(`SELECT id, size, COALESCE(rule_id, 0), key, %s, %s, %s,
		CASE WHEN gone_at IS NULL THEN 0 ELSE 1 END + CASE WHEN processed_at IS NULL THEN 0 ELSE 2 END +
		CASE WHEN storage_class IN ? THEN 4 ELSE 0 END
		FROM files WHERE business_unit_id = ?`, media, attributes, stored)
	args = []any{models.LongTermClasses, w.UnitID}
	narrow := func(condition string, value any) {
		query += " AND " + condition
		args = append(args, value)
	}
	if span.From != "" {
		narrow("key > ?", span.From)
	}
	if span.To != "" {
		narrow("key <= ?", span.To)
	}
	if w.MediaType != "" {
		narrow("media_type = ?", w.MediaType)
	}
	if w.Waiting {
		query += " AND processed_at IS NULL AND gone_at IS NULL"
	}
	return query, args
}

// instant reads a time of either engine: PostgreSQL's driver gives a time,
// SQLite's a text such as 2026-11-23 10:00:00.123456+00:00.
type instant struct{ time.Time }

const sqliteTime = "2006-01-02 15:04:05.999999999-07:00"

// Scan implements sql.Scanner.
func (i *instant) Scan(value any) error {
	switch v := value.(type) {
	case time.Time:
		i.Time = v.UTC()
		return nil
	case string:
		if at, ok := readUTC(v); ok {
			i.Time = at
			return nil
		}
		at, err := time.Parse(sqliteTime, v)
		i.Time = at.UTC()
		return wrap(err, "read time %q", v)
	}
	return fmt.Errorf("read time: a %T is none", value)
}

// readUTC reads what we write: to the microsecond at most, in UTC. It takes a
// tenth of the time of time.Parse.
func readUTC(s string) (time.Time, bool) {
	clock, isUTC := strings.CutSuffix(s, "+00:00")
	if !isUTC || len(clock) < 19 || clock[4] != '-' || clock[7] != '-' || clock[13] != ':' || clock[16] != ':' {
		return time.Time{}, false
	}
	nanos := 0
	if len(clock) > 19 {
		digits := len(clock) - 20
		if clock[19] != '.' || digits == 0 || digits > 9 {
			return time.Time{}, false
		}
		nanos = digitsOf(clock[20:])
		for range 9 - digits {
			nanos *= 10
		}
	}
	year, month, day := digitsOf(clock[:4]), digitsOf(clock[5:7]), digitsOf(clock[8:10])
	hour, minute, second := digitsOf(clock[11:13]), digitsOf(clock[14:16]), digitsOf(clock[17:19])
	if min(year, month, day, hour, minute, second, nanos) < 0 {
		return time.Time{}, false
	}
	return time.Date(year, time.Month(month), day, hour, minute, second, nanos, time.UTC), true
}

// digitsOf is the number that the text spells, -1 where it holds anything but
// digits.
func digitsOf(s string) int {
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return -1
		}
		n = n*10 + int(s[i]-'0')
	}
	return n
}
