package link_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/google/go-cmp/cmp"

	"seaportal/internal/link"
	"seaportal/internal/store"
	"seaportal/internal/store/storetest"
	"seaportal/models"
)

// receipts are those of a placement, newest first: requests, bytes, and whether
// all of it was sent.
func (b *bench) receipts(t *testing.T, id int64) []string {
	t.Helper()
	rows, err := b.Store.Downloads(t.Context(), store.DownloadsQuery{UnitID: b.unit.ID, PlacementID: id, Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	said := make([]string, len(rows))
	for i, row := range rows {
		said[i] = fmt.Sprintf("%s %d %d %t", row.Via, row.Requests, row.Bytes, row.Complete)
	}
	return said
}

func (b *bench) wantReceipts(t *testing.T, id, counted int64, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, b.receipts(t, id)); diff != "" {
		t.Error(diff)
	}
	if file, err := b.Store.PlacedFile(t.Context(), b.unit.ID, id); err != nil || file.Downloads != counted {
		t.Errorf("%d downloads are counted, not %d: %v", file.Downloads, counted, err)
	}
}

// A process that dies tells nobody of the end, so the beginning is on record.
func TestATransferIsOnRecordFromItsBeginning(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := setUp(t, s)
		token := b.create(t, link.New{MaxDownloads: 1}).Token.Reveal()
		way, err := b.redeem(t, token, "")
		if err != nil {
			t.Fatal(err)
		}
		died := b.begin(t, token, way)
		for _, sent := range []int64{0, 8} {
			if _, err := died.Keep(t.Context(), sent); err != nil {
				t.Fatal(err)
			}
			b.wantReceipts(t, b.file.ID, 0, fmt.Sprintf("link 1 %d false", sent))
		}
		if body := transfer(t, b.begin(t, token, way), 8); body != content[8:] {
			t.Errorf("sent %q", body)
		}
		b.wantReceipts(t, b.file.ID, 1, fmt.Sprintf("link 2 %d true", len(content)))
	})
}

func TestAnEmptyFileHasAReceipt(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	id := b.placeAll(t, "")[0]
	token := b.create(t, link.New{PlacementIDs: []int64{id}, MaxDownloads: 1}).Token.Reveal()
	way, err := b.redeem(t, token, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := b.begin(t, token, way).Finish(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	b.wantReceipts(t, id, 1, "link 1 0 true")
}

// full takes so many bytes, and then no more.
type full struct{ left int }

func (f *full) Write(p []byte) (int, error) {
	if f.left -= len(p); f.left < 0 {
		return 0, io.ErrClosedPipe
	}
	return len(p), nil
}

func TestEachFileOfAZIPHasAReceipt(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	const size = 20_000 // more than a ZIP's writer keeps back
	at, ids := time.Now().UTC(), make([]int64, 3)
	for i := range ids {
		p := models.Placement{FileID: int64(100 + i), Key: fmt.Sprintf("%d.txt", i+1), State: models.PlacementPlaced, Size: size, PlacedAt: &at}
		ids[i] = b.placeBytes(t, p, strings.Repeat("x", size)).ID
	}
	_, err := b.cloud.Operator(nil).DeleteObject(t.Context(), &s3.DeleteObjectInput{
		Bucket: b.unit.SEABucket, Key: aws.String(*b.unit.SEAPrefix + "2.txt"),
	})
	if err != nil {
		t.Fatal(err)
	}
	archive := func() *link.Delivery {
		d, err := b.Archive(t.Context(), ada, b.unit, ids)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Keep(t.Context(), 0); err != nil {
			t.Fatal(err)
		}
		return d
	}
	cut := archive()
	b.wantReceipts(t, ids[0], 0, "portal 0 0 false")
	if err := cut.WriteZIP(t.Context(), &full{left: 24_000}, always); !errors.Is(err, io.ErrClosedPipe) {
		t.Fatal(err)
	}
	if err := cut.Break(t.Context(), 0, 24_000); err != nil {
		t.Fatal(err)
	}
	if err := archive().WriteZIP(t.Context(), io.Discard, always); err != nil {
		t.Fatal(err)
	}
	b.wantReceipts(t, ids[0], 1, "portal 1 20000 true", "portal 1 20000 false")
	b.wantReceipts(t, ids[2], 1, "portal 1 20000 true", "portal 1 4000 false")
	if got := b.receipts(t, ids[1]); len(got) != 1 {
		t.Errorf("a file that was not there: %v", got)
	}
}
