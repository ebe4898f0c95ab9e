package manifest_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"seaportal/internal/clock"
	"seaportal/internal/manifest"
	"seaportal/internal/store/storetest"
	"seaportal/models"
)

// peak is a file that looks at the heap while it is written.
type peak struct {
	*os.File
	most uint64
}

func (p *peak) Write(text []byte) (int, error) {
	var now runtime.MemStats
	runtime.ReadMemStats(&now)
	p.most = max(p.most, now.HeapAlloc)
	return p.File.Write(text)
}

// BenchmarkLargeManifest writes and verifies manifests that grow: heap_MiB must
// not grow with them. The files themselves are all missing.
//
//	go test ./internal/manifest -run NONE -bench Large -benchtime 1x
func BenchmarkLargeManifest(b *testing.B) {
	for _, n := range []int{1000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			maker := newBench(b, storetest.Open(b))
			crowd(b, maker, n)
			path := filepath.Join(b.TempDir(), "manifest.json")
			var most uint64
			for b.Loop() {
				most = max(most, writeLarge(b, maker, path))
				result, err := manifest.Verify(b.Context(), io.Discard, manifest.Check{Manifest: path, Dir: b.TempDir(), AnySigner: true})
				if err != nil || result.Missing != int64(n) {
					b.Fatalf("%s, %v", result, err)
				}
			}
			b.ReportMetric(float64(most)/(1<<20), "heap_MiB")
		})
	}
}

func crowd(b *testing.B, maker *bench, n int) {
	b.Helper()
	now := clock.Real.Now()
	rows := make([]models.Placement, n)
	for i := range rows {
		key := fmt.Sprintf("call-recording/claims/2026/11/%08d.wav", i)
		rows[i] = models.Placement{
			UnitID: maker.unit.ID, FileID: int64(i + 1), RuleID: 4, Key: key, SEAKey: key, Size: 1, Checksum: checksum("SHA256", key),
			State: models.PlacementPlaced, QueuedAt: now, PlacedAt: &now, ExpiresAt: &now,
		}
	}
	if err := maker.Store.InsertPlacements(b.Context(), rows); err != nil {
		b.Fatal(err)
	}
}

func writeLarge(b *testing.B, maker *bench, path string) uint64 {
	b.Helper()
	runtime.GC()
	file, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	out := &peak{File: file}
	made, err := maker.Prepare(b.Context(), ada, maker.unit, everything)
	if err == nil {
		err = made.Write(b.Context(), out)
	}
	if err != nil {
		b.Fatal(err)
	}
	if err := file.Close(); err != nil {
		b.Fatal(err)
	}
	return out.most
}
