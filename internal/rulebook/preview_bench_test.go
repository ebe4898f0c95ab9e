package rulebook_test

import (
	"os"
	"strconv"
	"syscall"
	"testing"
	"time"

	"seaportal/internal/clock"
	"seaportal/internal/rule"
	"seaportal/internal/rulebook"
	"seaportal/internal/store"
	"seaportal/internal/store/storetest"
	"seaportal/models"
)

// benchRows is how many files SEA_BENCH_ROWS asks for; without it the large
// measurements are skipped.
func benchRows(t *testing.T) int {
	t.Helper()
	n, err := strconv.Atoi(os.Getenv("SEA_BENCH_ROWS"))
	if err != nil || n < 1 {
		t.Skip("SEA_BENCH_ROWS is not set: how many files to measure with, such as 1000000")
	}
	return n
}

// fill catalogues so many recordings of 20 skills, a new one each second.
func fill(t *testing.T, db *store.Store, unit models.BusinessUnit, n int) {
	t.Helper()
	series, count := "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ", ") "
	name, stored := "printf('2026/%04d/call-%08d.wav', i / 1000, i)", "strftime('%Y-%m-%d %H:%M:%S', 'now', '-' || i || ' seconds') || '.123456+00:00'"
	attributes := `printf('{"agent":"agent-%d","contact-id":"%d","dnis":"+4930%d","disposition":"done","skill":"Skill %d","team":"Team %d"}', i%500, i, i%100, i%20, i%10)`
	never := "0"
	if db.Dialect() == store.Postgres {
		series, count = "WITH n AS (SELECT i FROM generate_series(0, ", " - 1) i) "
		name, stored = "format('2026/%s/call-%s.wav', lpad((i/1000)::text, 4, '0'), lpad(i::text, 8, '0'))", "now() - i * interval '1 second'"
		attributes = `format('{"agent":"agent-%s","contact-id":"%s","dnis":"+4930%s","disposition":"done","skill":"Skill %s","team":"Team %s"}', i%500, i, i%100, i%20, i%10)`
		never = "false"
	}
	sqlDB, err := db.SQL()
	if err != nil {
		t.Fatal(err)
	}
	_, err = sqlDB.ExecContext(t.Context(), series+strconv.Itoa(n)+count+
		`INSERT INTO files (business_unit_id, key, etag, size, storage_class, checksum, media_type, attributes,
			first_seen, last_modified, rule_version, excluded)
		SELECT `+strconv.FormatInt(unit.ID, 10)+`, `+name+`, 'e' || i, 10000 + i % 100000, 'STANDARD', '', 'call-recording', `+
		attributes+`, `+stored+`, `+stored+`, 0, `+never+` FROM n`)
	if err != nil {
		t.Fatal(err)
	}
}

// TestLargePreview measures what a person waits for: a preview beside nine
// other rules, and a simulation of all of them.
func TestLargePreview(t *testing.T) {
	n := benchRows(t)
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		s := &rulebook.Service{Store: db, Clock: clock.Real, PreviewBudget: time.Minute}
		unit := newUnit(t, db, "emea")
		fill(t, db, unit, n)
		for p := 2; p <= 10; p++ {
			mustCreate(t, s, unit, claims(named("Rule "+strconv.Itoa(p), p), func(d *rule.Definition) {
				d.Criteria = rule.Criteria{
					{Field: rule.Skill, Operator: rule.AnyOf, Values: []string{"Skill " + strconv.Itoa(p)}},
					{Field: rule.Team, Operator: rule.StartsWith, Values: []string{"team"}},
				}
			}))
		}
		d := claims(named("New", 1), func(d *rule.Definition) {
			d.AfterDays = 0
			d.Criteria = rule.Criteria{
				{Field: rule.Skill, Operator: rule.AnyOf, Values: []string{"skill 1", "skill 2", "skill 3"}},
				{Field: rule.Name, Operator: rule.Matches, Values: []string{"*.wav"}},
			}
		})
		begin, before := time.Now(), busy(t)
		p, err := s.Preview(t.Context(), unit, d, 0)
		if err != nil || p.Looked != int64(n) || p.Partial {
			t.Fatalf("%+v, %v", p, err)
		}
		t.Logf("%s: preview of %d files in %v, %v of them on a processor", db.Dialect(), n, time.Since(begin), busy(t)-before)
		hurried := &rulebook.Service{Store: db, Clock: clock.Real}
		begin = time.Now()
		if p, err = hurried.Preview(t.Context(), unit, d, 0); err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: as people get it in %v, %d files of %d counted", db.Dialect(), time.Since(begin), p.Looked, n)
		unit.SEAState = models.SEAEnabled
		begin, before = time.Now(), busy(t)
		sim, err := s.Simulate(t.Context(), unit)
		if err != nil || sim.Partial || len(sim.Rules) != 9 {
			t.Fatalf("%+v, %v", sim, err)
		}
		t.Logf("%s: simulation of %d files in %v, %v of them on a processor", db.Dialect(), n, time.Since(begin), busy(t)-before)
	})
}

// busy is how long this process has kept a processor busy so far: on a machine
// that does other things too, it says more than the time that passed.
func busy(t *testing.T) time.Duration {
	t.Helper()
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		t.Fatal(err)
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}
