package lifecycle_test

import (
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"seaportal/internal/clock"
	"seaportal/internal/lifecycle"
	"seaportal/internal/objects"
	"seaportal/internal/rule"
)

// BenchmarkPlace compares the placing of files, claims, ledger and history
// included, with a bare loop of CopyObject calls over the same objects at the
// same concurrency. SEA_BENCH_FILES says how many files; 500 if unset.
func BenchmarkPlace(b *testing.B) {
	files := 500
	if text := os.Getenv("SEA_BENCH_FILES"); text != "" {
		files, _ = strconv.Atoi(text)
	}
	for _, inFlight := range []int{8, 32} {
		b.Run(fmt.Sprintf("%d in flight", inFlight), func(b *testing.B) {
			for b.Loop() {
				comparePlacing(b, files, inFlight)
			}
		})
	}
}

func comparePlacing(b *testing.B, files, inFlight int) {
	bb := sqliteBench(b)
	body := strings.Repeat("x", 4096)
	spread(files, 16, func(i int) {
		bb.put(fmt.Sprintf("%02d/%05d.wav", i%100, i), fmt.Sprint(i)+body, nil)
	})
	bb.rule("copies", rule.Copy, nil)
	e := lifecycle.New(lifecycle.Config{
		Store: bb.store, Objects: objects.New(s3Client(nil)), Clock: clock.Real,
		Log: slog.New(slog.DiscardHandler), Concurrency: inFlight, MaxSegment: 255, Alone: true,
	})
	// catalogue first, without SEA: the scan is not what is compared
	bare := time.Duration(0)
	half := func() {
		began := time.Now()
		spread(files, inFlight, func(i int) {
			key := fmt.Sprintf("%02d/%05d.wav", i%100, i)
			_, err := bb.s3.CopyObject(b.Context(), &s3.CopyObjectInput{
				Bucket: aws.String("sea"), Key: aws.String("bare-" + *bb.unit.SEAPrefix + key),
				CopySource: aws.String("active/" + bb.unit.ActivePrefix + key), IfNoneMatch: aws.String("*"),
			})
			if err != nil {
				b.Error(err)
			}
		})
		bare += time.Since(began)
	}
	if err := e.Catalogue(b.Context(), bb.unit); err != nil {
		b.Fatal(err)
	}
	half()
	began := time.Now()
	if err := e.PlaceAll(b.Context()); err != nil {
		b.Fatal(err)
	}
	placed := time.Since(began)
	b.ReportMetric(float64(files)/bare.Seconds(), "bare/s")
	b.ReportMetric(float64(files)/placed.Seconds(), "placed/s")
	b.ReportMetric(bare.Seconds()/placed.Seconds(), "ratio")
}

func spread(n, workers int, do func(i int)) {
	var all sync.WaitGroup
	next := make(chan int)
	for range workers {
		all.Go(func() {
			for i := range next {
				do(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	all.Wait()
}
