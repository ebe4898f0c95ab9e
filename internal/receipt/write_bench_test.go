package receipt_test

import (
	"fmt"
	"log/slog"
	"testing"

	"seaportal/internal/clock"
	"seaportal/internal/receipt"
	"seaportal/internal/store/storetest"
	"seaportal/models"
)

// BenchmarkWrite writes receipts of files that nobody fetched before: what the
// writer costs at most, beside the GETs. An operation is one receipt.
func BenchmarkWrite(b *testing.B) {
	s := storetest.Open(b)
	bucket, prefix := "sea", "emea/"
	unit := models.BusinessUnit{Slug: "emea", Name: "emea", ActiveBucket: "active", ActivePrefix: prefix, SEABucket: &bucket, SEAPrefix: &prefix}
	if err := s.CreateUnit(b.Context(), &unit); err != nil {
		b.Fatal(err)
	}
	now := clock.Real.Now()
	rows := make([]models.Placement, b.N)
	for i := range rows {
		key := fmt.Sprintf("%08d.wav", i)
		rows[i] = models.Placement{
			UnitID: unit.ID, FileID: int64(i + 1), Key: key, SEAKey: key, Size: 100, State: models.PlacementPlaced, QueuedAt: now, PlacedAt: &now, ExpiresAt: &now,
		}
	}
	if err := s.InsertPlacements(b.Context(), rows); err != nil {
		b.Fatal(err)
	}
	service := receipt.New(s, clock.Real, slog.New(slog.DiscardHandler))
	b.ResetTimer()
	for i := range b.N {
		service.Observe(receipt.Fetch{Bucket: "sea", Key: "emea/" + rows[i].Key, Size: 100, Sent: 100, AccessKeyID: "AKIA", Begun: now, Ended: now})
		if i%5000 == 4999 || i == b.N-1 {
			if err := service.Write(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	}
}
