package embedded_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// BenchmarkCopyObject copies a set of objects through the S3 API, conditional
// as the portal's copies are, and the same files with `cp -r` and `sync -f` in
// the same run. An operation is the whole set; what counts is objects/s, and
// x_cp: how many times longer than cp it took. "move" also deletes the sources,
// and cp is followed by the removal of as many files.
func BenchmarkCopyObject(b *testing.B) {
	for _, set := range []copySet{
		{name: "copy-4KiB", count: 1000, bytes: 4 << 10},
		{name: "move-4KiB", count: 1000, bytes: 4 << 10, move: true},
		{name: "copy-64MiB", count: 6, bytes: 64 << 20},
	} {
		for _, inFlight := range []int{1, 8, 32} {
			b.Run(fmt.Sprintf("%s/%d", set.name, inFlight), func(b *testing.B) { set.run(b, inFlight) })
		}
	}
}

type copySet struct {
	name         string
	count, bytes int
	move         bool
}

func (s copySet) run(b *testing.B, inFlight int) {
	r := shared(b)
	client := r.operator(b)
	bucket := r.bucket(b, fmt.Sprintf("bench-%d", time.Now().UnixNano()))
	objects := filepath.Join(r.dir, "objects", bucket)
	var copied, plain time.Duration
	for round := 0; b.Loop(); round++ {
		b.StopTimer()
		from, to := fmt.Sprintf("from/%d/", round), fmt.Sprintf("to/%d/", round)
		s.each(b, inFlight, func(i int) error {
			_, err := client.PutObject(b.Context(), &s3.PutObjectInput{
				Bucket: &bucket, Key: aws.String(from + fmt.Sprint(i)), Body: strings.NewReader(strings.Repeat("x", s.bytes)),
			})
			return err
		})
		plain += s.plain(b, filepath.Join(objects, from), filepath.Join(r.dir, fmt.Sprintf("plain-%s-%d", bucket, round)))
		b.StartTimer()
		begin := time.Now()
		s.each(b, inFlight, func(i int) error {
			source, target := from+fmt.Sprint(i), to+fmt.Sprint(i)
			_, err := client.CopyObject(b.Context(), &s3.CopyObjectInput{
				Bucket: &bucket, Key: &target, IfNoneMatch: aws.String("*"), CopySource: aws.String(bucket + "/" + source),
			})
			if err == nil && s.move {
				_, err = client.DeleteObject(b.Context(), &s3.DeleteObjectInput{Bucket: &bucket, Key: &source})
			}
			return err
		})
		copied += time.Since(begin)
	}
	b.ReportMetric(float64(s.count*b.N)/copied.Seconds(), "objects/s")
	b.ReportMetric(copied.Seconds()/plain.Seconds(), "x_cp")
}

// plain times what does the same to a directory as fast and durably as a shell
// can. What it makes is removed with the server's directory: ext4 is slow to
// make files just after many were removed.
func (s copySet) plain(b *testing.B, from, to string) time.Duration {
	b.Helper()
	script := `cp -r "$1" "$2" && sync -f "$2"`
	begin := time.Now()
	out, err := exec.CommandContext(b.Context(), "sh", "-c", script, "sh", from, to).CombinedOutput()
	took := time.Since(begin)
	if err != nil {
		b.Fatalf("cp: %v: %s", err, out)
	}
	if s.move {
		begin = time.Now()
		if err := os.RemoveAll(to); err != nil {
			b.Fatal(err)
		}
		took += time.Since(begin)
	}
	return took
}

// each runs do for each object, so many at a time.
func (s copySet) each(b *testing.B, inFlight int, do func(i int) error) {
	b.Helper()
	var wg sync.WaitGroup
	next := make(chan int)
	for range inFlight {
		wg.Go(func() {
			for i := range next {
				if err := do(i); err != nil {
					b.Error(err)
				}
			}
		})
	}
	for i := range s.count {
		next <- i
	}
	close(next)
	wg.Wait()
}
