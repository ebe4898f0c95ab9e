package link_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/google/go-cmp/cmp"

	"seaportal/internal/fault"
	"seaportal/internal/link"
	"seaportal/internal/store"
	"seaportal/internal/store/storetest"
	"seaportal/internal/testkit/cloud"
	"seaportal/models"
)

// placeAll places files under these keys, each with its key as content.
func (b *bench) placeAll(t testing.TB, keys ...string) []int64 {
	t.Helper()
	at, ids := time.Now().UTC(), make([]int64, len(keys))
	for i, key := range keys {
		ids[i] = b.placeBytes(t, models.Placement{
			FileID: int64(100 + i), Key: key, State: models.PlacementPlaced, Size: int64(len(key)), PlacedAt: &at,
		}, key).ID
	}
	return ids
}

func always() error { return nil }

// unzip reads a whole ZIP: contents by name.
func unzip(t *testing.T, body []byte) map[string]string {
	t.Helper()
	in, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, entry := range in.File {
		r, err := entry.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err := errors.Join(err, r.Close()); err != nil {
			t.Fatal(entry.Name, err)
		}
		if _, twice := files[entry.Name]; twice || entry.Method != zip.Store {
			t.Errorf("%q stands twice, or compressed", entry.Name)
		}
		files[entry.Name] = string(text)
	}
	return files
}

func TestALinkToSeveralFilesGivesEachAndAll(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := setUp(t, s)
		ids := b.placeAll(t, "b/2.txt", "a/1.txt", "b/3.txt")
		token := b.create(t, link.New{PlacementIDs: append(ids, ids...), MaxDownloads: 1}).Token.Reveal()
		view, err := b.Open(t.Context(), token)
		if err != nil || !view.Several || len(view.Files) != 3 || view.Files[0].Name != "a/1.txt" || view.Files[2].Position != 3 {
			t.Fatalf("view %+v, %v", view, err)
		}
		one, err := b.Redeem(t.Context(), token, link.Wish{Position: 2})
		if err != nil {
			t.Fatal(err)
		}
		if body := transfer(t, b.begin(t, token, one), 0); body != "b/2.txt" {
			t.Errorf("sent %q", body)
		}
		if _, err := b.Redeem(t.Context(), token, link.Wish{Position: 2}); !fault.Is(err, fault.NotFound) {
			t.Errorf("the same file again: %v", err)
		}
		if _, err := b.Redeem(t.Context(), token, link.Wish{Position: 4}); !fault.Is(err, fault.NotFound) {
			t.Errorf("a file that it has not: %v", err)
		}
		view, err = b.Open(t.Context(), token)
		if err != nil || len(view.Files) != 3 || view.Files[0].Used || !view.Files[1].Used || view.Files[1].Fetched != 1 || view.Files[2].Position != 3 {
			t.Errorf("with one file used up the view is %+v, %v", view, err)
		}
		all, err := b.Redeem(t.Context(), token, link.Wish{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.Redeem(t.Context(), token, link.Wish{Position: 1}); !fault.Is(err, fault.Conflict) {
			t.Errorf("a file that the ZIP is fetching: %v", err)
		}
		var body bytes.Buffer
		if err := b.begin(t, token, all).WriteZIP(t.Context(), &body, always); err != nil {
			t.Fatal(err)
		}
		want := map[string]string{"a/1.txt": "a/1.txt", "b/3.txt": "b/3.txt"}
		if diff := cmp.Diff(want, unzip(t, body.Bytes())); diff != "" {
			t.Error(diff)
		}
		if _, err := b.Open(t.Context(), token); !fault.Is(err, fault.NotFound) {
			t.Errorf("every file was fetched: %v", err)
		}
		for _, id := range ids {
			if file, err := s.PlacedFile(t.Context(), b.unit.ID, id); err != nil || file.Downloads != 1 {
				t.Errorf("file %+v, %v", file, err)
			}
		}
		if diff := cmp.Diff([]string{"link.created", "file.downloaded", "file.downloaded_together"}, b.actions(t)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestAZIPSaysWhatIsMissingAndBreaksOffWhatBreaks(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	ids := b.placeAll(t, "1.txt", "2.txt", "3.txt")
	_, err := b.cloud.Operator(nil).DeleteObject(t.Context(), &s3.DeleteObjectInput{
		Bucket: b.unit.SEABucket, Key: aws.String(*b.unit.SEAPrefix + "2.txt"),
	})
	if err != nil {
		t.Fatal(err)
	}
	d, err := b.Archive(t.Context(), ada, b.unit, ids)
	if err != nil {
		t.Fatal(err)
	}
	var body bytes.Buffer
	if err := d.WriteZIP(t.Context(), &body, always); err != nil {
		t.Fatal(err)
	}
	files := unzip(t, body.Bytes())
	if len(files) != 3 || files["3.txt"] != "3.txt" || !strings.Contains(files["FILES THAT ARE MISSING.txt"], "2.txt") {
		t.Errorf("the ZIP holds %v", files)
	}
	if file, err := b.Store.PlacedFile(t.Context(), b.unit.ID, ids[1]); err != nil || file.Downloads != 0 {
		t.Errorf("the missing file was counted: %+v, %v", file, err)
	}

	b.gate.Decide(func(string, int) cloud.Fate { return cloud.Lost })
	if d, err = b.Archive(t.Context(), ada, b.unit, ids); err != nil {
		t.Fatal(err)
	}
	if err := d.WriteZIP(t.Context(), io.Discard, always); err == nil {
		t.Error("a ZIP whose source is away is complete")
	}
	b.gate.Decide(nil)
	short := b.placeBytes(t, models.Placement{FileID: 50, Key: "short", State: models.PlacementPlaced, Size: 10}, "four")
	if d, err = b.Archive(t.Context(), ada, b.unit, []int64{short.ID}); err != nil {
		t.Fatal(err)
	}
	if err := d.WriteZIP(t.Context(), io.Discard, always); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a file that ends early: %v", err)
	}
}

func TestOnlyOwnPlacedFilesAreChosenAndNotTooMany(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	ids := b.placeAll(t, "1.txt", "2.txt")
	many := make([]int64, link.MaxFiles+1)
	for i := range many {
		many[i] = int64(i + 1)
	}
	for name, err := range map[string]error{
		"none": second(b.Chosen(t.Context(), b.unit, nil)), "too many": second(b.Chosen(t.Context(), b.unit, many)),
	} {
		if fault.Fields(err)["id"] == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, err := range map[string]error{
		"unknown":        second(b.Chosen(t.Context(), b.unit, append(slices.Clone(ids), 9999))),
		"another unit's": second(b.Chosen(t.Context(), b.newUnit(t), ids)),
	} {
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestALinkToSeveralEndsWithTheFirstOfThem(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	soon := time.Now().UTC().Truncate(time.Microsecond).Add(2 * time.Hour)
	first := b.placeBytes(t, models.Placement{FileID: 2, Key: "soon", State: models.PlacementPlaced, Size: 1, ExpiresAt: &soon}, "1")
	held := b.placeBytes(t, models.Placement{FileID: 3, Key: "held", State: models.PlacementPlaced, Size: 1, ExpiresAt: &soon, Held: true}, "1")
	if made := b.create(t, link.New{PlacementIDs: []int64{b.file.ID, first.ID}, Lifetime: 24 * time.Hour}); !made.ExpiresAt.Equal(soon) {
		t.Errorf("ends %s, its first file %s", made.ExpiresAt, soon)
	}
	made := b.create(t, link.New{PlacementIDs: []int64{b.file.ID, held.ID}, Lifetime: 24 * time.Hour})
	if !made.ExpiresAt.After(soon) {
		t.Errorf("a file on hold ends it %s", made.ExpiresAt)
	}
}

// BenchmarkZIP sends a ZIP, beside bare GETs of the same objects in the same
// run. What is reported as peak-MB is the heap while it is sent.
func BenchmarkZIP(b *testing.B) {
	for _, shape := range []struct{ files, size int }{{1000, 4 << 10}, {100, 1 << 20}, {4, 64 << 20}} {
		bench := setUp(b, storetest.Open(b))
		body, keys := strings.Repeat("0123456789abcdef", shape.size/16), make([]string, shape.files)
		ids := make([]int64, shape.files)
		for i := range keys {
			keys[i] = fmt.Sprintf("f%04d.wav", i)
			ids[i] = bench.placeBytes(b, models.Placement{FileID: int64(100 + i), Key: keys[i], State: models.PlacementPlaced, Size: int64(shape.size)}, body).ID
		}
		name := fmt.Sprintf("%dx%dKiB", shape.files, shape.size>>10)
		b.Run(name+"/bare", func(b *testing.B) {
			b.SetBytes(int64(shape.files) * int64(shape.size))
			for b.Loop() {
				for _, key := range keys {
					out, err := bench.cloud.Operator(nil).GetObject(b.Context(), &s3.GetObjectInput{Bucket: bench.unit.SEABucket, Key: aws.String(*bench.unit.SEAPrefix + key)})
					if err != nil {
						b.Fatal(err)
					}
					if _, err := io.Copy(io.Discard, out.Body); err != nil {
						b.Fatal(err)
					}
					_ = out.Body.Close()
				}
			}
		})
		b.Run(name+"/zip", func(b *testing.B) {
			b.SetBytes(int64(shape.files) * int64(shape.size))
			var peak uint64
			for b.Loop() {
				d, err := bench.Archive(b.Context(), ada, bench.unit, ids)
				if err != nil {
					b.Fatal(err)
				}
				err = d.WriteZIP(b.Context(), io.Discard, func() error {
					var m runtime.MemStats
					runtime.ReadMemStats(&m)
					peak = max(peak, m.HeapAlloc)
					return nil
				})
				if err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(peak)/1e6, "peak-MB")
		})
	}
}
