package bench_test

import (
	"context"
	"encoding/xml"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"seaportal/internal/bench"
	"seaportal/internal/rule"
	"seaportal/internal/store/storetest"
	"seaportal/internal/testkit/cloud"
)

func TestMain(m *testing.M) { os.Exit(cloud.Run(m)) }

// rig gives scratch space on the shared server.
func rig(t testing.TB) bench.Rig {
	t.Helper()
	return bench.Rig{
		S3: cloud.Shared(t).Operator(nil), Store: storetest.Open(t), Bucket: cloud.SEABucket, MaxSegment: 255,
		Log: slog.New(slog.DiscardHandler),
	}
}

// left is how many objects stand in the bucket.
func left(t *testing.T, r bench.Rig) int {
	t.Helper()
	out, err := r.S3.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: aws.String(r.Bucket)})
	if err != nil {
		t.Fatal(err)
	}
	return len(out.Contents)
}

func TestPlacingMeasuresBothSidesAndCleansUp(t *testing.T) {
	r := rig(t)
	var table strings.Builder
	line, err := bench.PlacingTable(&table)
	if err != nil {
		t.Fatal(err)
	}
	load := bench.Load{Files: 5, Size: 100, InFlight: []int{1, 4}, Actions: []rule.Action{rule.Copy, rule.Move}, Rounds: 2}
	var results []bench.Placing
	err = r.Placing(t.Context(), load, func(p bench.Placing) error {
		results = append(results, p)
		return line(p)
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range results {
		if ratio := p.Ratio(); len(p.Bare) != 2 || len(p.Engine) != 2 || ratio.Least <= 0 || ratio.Median < ratio.Least || ratio.Median > ratio.Most {
			t.Errorf("%+v gives %+v", p, p.Ratio())
		}
	}
	if lines := strings.Count(table.String(), "\n"); lines != 6 {
		t.Errorf("%d lines:\n%s", lines, table.String())
	}
	if n := left(t, r); n != 0 {
		t.Errorf("%d objects are left", n)
	}
}

func TestGrowthMeasuresEachSizeAndCleansUp(t *testing.T) {
	r := rig(t)
	var points []bench.Growth
	err := r.Growth(t.Context(), []int{5, 12}, 4, func(g bench.Growth) error {
		points = append(points, g)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(points) != 2 || points[1].Added != 7 || len(points[1].Scan) == 0 || points[1].Place <= 0 || points[1].Catalogue <= 0 ||
		points[1].Copied != 7 || points[1].Copy <= 0 {
		t.Errorf("%+v", points)
	}
	if _, err := os.Stat("/proc/self/clear_refs"); err == nil && points[0].ScanRSS < 1<<20 {
		t.Errorf("%d bytes of memory", points[0].ScanRSS)
	}
	if n := left(t, r); n != 0 {
		t.Errorf("%d objects are left", n)
	}
	if err := r.Growth(t.Context(), []int{5, 5}, 4, func(bench.Growth) error { return nil }); err == nil {
		t.Error("sizes that do not ascend are measured")
	}
}

func TestGrowthIsDrawn(t *testing.T) {
	t.Parallel()
	var points []bench.Growth
	for i, files := range []int{1000, 10_000, 100_000} {
		took := time.Duration(files) * time.Millisecond
		points = append(points, bench.Growth{
			Files: files, Added: files, Catalogue: took, Place: took * time.Duration(i+1), Copied: 100, Copy: 50 * time.Millisecond,
			List: []time.Duration{took / 100}, Scan: []time.Duration{took / 80},
		})
	}
	var picture, table strings.Builder
	if err := bench.GrowthPicture(&picture, points); err != nil {
		t.Fatal(err)
	}
	if err := xml.Unmarshal([]byte(picture.String()), new(struct{})); err != nil {
		t.Errorf("no XML: %v", err)
	}
	for _, want := range []string{"place, 3000 µs", "bare copy, 500 µs", "scan unchanged, 12 µs", ">100000<"} {
		if !strings.Contains(picture.String(), want) {
			t.Errorf("the picture lacks %q", want)
		}
	}
	line, err := bench.GrowthTable(&table)
	if err != nil || line(points[2]) != nil || !strings.Contains(table.String(), "| 100000 | 1000 | 3000 | 500 | 10.0 | 12.5 | 1.25 | 1.25 to 1.25 | unknown | unknown |") {
		t.Errorf("the table, %v:\n%s", err, table.String())
	}
	if err := bench.GrowthPicture(&picture, points[:1]); err == nil {
		t.Error("one point is drawn")
	}
}

// BenchmarkPlace reports how placing compares with a bare loop of CopyObject.
// SEA_BENCH_FILES says how many files a round has; 500 if unset.
func BenchmarkPlace(b *testing.B) {
	files := 500
	if text := os.Getenv("SEA_BENCH_FILES"); text != "" {
		files, _ = strconv.Atoi(text)
	}
	for _, inFlight := range []int{8, 32} {
		b.Run(fmt.Sprintf("%d in flight", inFlight), func(b *testing.B) {
			r := rig(b)
			load := bench.Load{Files: files, Size: 4096, InFlight: []int{inFlight}, Actions: []rule.Action{rule.Copy}, Rounds: 1}
			for b.Loop() {
				err := r.Placing(context.WithoutCancel(b.Context()), load, func(p bench.Placing) error {
					b.ReportMetric(p.Ratio().Median, "ratio")
					b.ReportMetric(float64(files)/p.Engine[0].Seconds(), "placed/s")
					return nil
				})
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
