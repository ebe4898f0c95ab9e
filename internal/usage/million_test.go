package usage

import (
	"testing"
	"time"

	"seaportal/internal/store/storetest"
)

// fill puts so many placements of the last sixty days into a unit, half of them
// removed, by one statement. The numbers are spread by multiplication with
// primes.
func (b *bench) fill(count int, until time.Time) {
	b.t.Helper()
	b.execute(`INSERT INTO placements (business_unit_id, file_id, rule_id, rule_version, action, key, source_etag, sea_key, size, checksum,
		verified_by, content_type, state, source_state, attempts, last_error, owner, queued_at, placed_at, expires_at, removed_at,
		remove_reason, removed_by, downloads, first_downloaded_at, held)
	WITH RECURSIVE n(i, at, size) AS (
		SELECT 1, 0, 0 UNION ALL SELECT i + 1, (i * 104729) % 5184000, (i * 7919) % 50000000 FROM n WHERE i < ?)
	SELECT ?, i, 1 + i % 20, 1, 'copy', 'calls/recordings/2026/11/' || i || '-1234567890.wav', 'd41d8cd98f00b204e9800998ecf8427e',
		'calls/recordings/2026/11/' || i || '-1234567890.wav', size, 'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08', 'checksum',
		'audio/wav', CASE WHEN at > 2592000 THEN 'removed' ELSE 'placed' END, 'kept', 0, '', '',
		datetime(?, '-' || at || ' seconds') || '+00:00', datetime(?, '-' || at || ' seconds') || '+00:00',
		datetime(?, printf('%+d seconds', 2592000 - at)) || '+00:00',
		CASE WHEN at > 2592000 THEN datetime(?, printf('%+d seconds', 2592000 - at)) || '+00:00' END,
		'', '', i % 3, CASE WHEN i % 3 > 0 THEN datetime(?, '-' || (at / 2) || ' seconds') || '+00:00' END, FALSE
	FROM n`, count, b.unit.ID, until.Format("2006-01-02 15:04:05"), until.Format("2006-01-02 15:04:05"), until.Format("2006-01-02 15:04:05"),
		until.Format("2006-01-02 15:04:05"), until.Format("2006-01-02 15:04:05"))
}

// BenchmarkAMillionPlacements measures a page's report beside the meter's first
// and its hourly turn, on SQLite.
func BenchmarkAMillionPlacements(b *testing.B) {
	lab := newBench(b, storetest.Open(b))
	now := time.Date(2026, 11, 3, 13, 20, 30, 0, time.UTC)
	lab.fill(1_000_000, now)
	lab.rate("2026-01-01", "0.023", "EUR")
	b.Run("first-turn", func(b *testing.B) {
		for b.Loop() {
			lab.execute("DELETE FROM usage_meters")
			lab.meter(now)
		}
	})
	b.Run("hourly-turn", func(b *testing.B) {
		for b.Loop() {
			lab.meter(now)
		}
	})
	b.Run("report", func(b *testing.B) {
		for b.Loop() {
			lab.report(now.Add(40*time.Minute), "90d")
		}
	})
}
