package lifecycle_test

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"seaportal/internal/objects"
	"seaportal/internal/rule"
	"seaportal/internal/store"
	"seaportal/models"
)

// TestABatchIsHandedOutBeforeTheNext has a whole batch and the beginning of
// another under way at once, S3 refusing everything, and looks in which order
// they are asked for: a batch that came to its end with another would leave S3
// with nothing to do while both are recorded.
func TestABatchIsHandedOutBeforeTheNext(t *testing.T) {
	t.Parallel()
	const files, batch, inFlight = 1100, 1024, 4
	b := sqliteBench(t)
	b.rule("copies", rule.Copy, nil)
	seen := make([]models.File, files)
	for i := range seen {
		seen[i] = models.File{
			UnitID: b.unit.ID, Key: fmt.Sprintf("%04d.wav", i), ETag: `"e"`, Size: 1, StorageClass: "STANDARD",
			MediaType: string(rule.CallRecording), Attributes: "{}", Headers: "{}", LastModified: time.Now(),
		}
	}
	if err := b.store.SaveSeen(t.Context(), b.unit.ID, seen, time.Now()); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var asked []int
	bothBegun := make(chan struct{})
	e := b.engine(0, through(wire{before: func(r *http.Request) (*http.Response, error) {
		if !isCopy(r) {
			return refuse(r, http.StatusForbidden, "AccessDenied"), nil
		}
		<-bothBegun
		id, err := strconv.Atoi(r.Header.Get("X-Amz-Meta-" + objects.PlacementMark))
		mu.Lock()
		defer mu.Unlock()
		asked = append(asked, id)
		return refuse(r, http.StatusForbidden, "AccessDenied"), err
	}}))
	placed := make(chan error, 1)
	go func() { placed <- e.PlaceAll(t.Context()) }()
	b.wait("both batches to be begun", func() bool {
		rows, err := b.store.Placements(t.Context(), store.PlacementsQuery{UnitID: b.unit.ID, Limit: 2 * files})
		return err == nil && len(rows) == files
	})
	close(bothBegun)
	if err := <-placed; err != nil {
		t.Fatal(err)
	}
	if len(asked) != files {
		t.Fatalf("S3 was asked for %d copies, not %d", len(asked), files)
	}
	first := slices.Sorted(slices.Values(asked))[:batch]
	last := first[batch-1]
	if second := slices.IndexFunc(asked, func(id int) bool { return id > last }); second < batch-inFlight {
		t.Errorf("the second batch's turn came after %d copies of the first", second)
	}
}
