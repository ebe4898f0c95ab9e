package bench

import (
	"context"
	"slices"

	"seaportal/models"
)

// countPlaced is how many placements of the unit ended well.
func (u *unit) countPlaced(ctx context.Context) (int64, error) {
	counts, err := u.Store.CountPlacements(ctx, u.ID)
	var placed int64
	for _, count := range counts {
		if count.State == models.PlacementPlaced {
			placed += count.Files
		}
	}
	return placed, err
}

// Spread is what the rounds of a comparison gave.
type Spread struct{ Median, Least, Most float64 }

// spreadOf sorts values into a spread; none give zeros.
func spreadOf(values []float64) Spread {
	if len(values) == 0 {
		return Spread{}
	}
	sorted := slices.Sorted(slices.Values(values))
	last := len(sorted) - 1
	return Spread{Median: (sorted[last/2] + sorted[len(sorted)/2]) / 2, Least: sorted[0], Most: sorted[last]}
}
