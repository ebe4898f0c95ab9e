package embedded_test

import (
	"bytes"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"golang.org/x/sync/errgroup"
)

// BenchmarkEncryption does the same to a plain bucket and to the encrypted one,
// in turns, and tells how much of the plain one's speed is left.
func BenchmarkEncryption(b *testing.B) {
	for _, c := range []struct {
		name            string
		size            int
		files, inFlight int
	}{{"4KiB", 4 << 10, 2000, 8}, {"1GiB", 1 << 30, 1, 1}} {
		b.Run("place-"+c.name, func(b *testing.B) {
			compare(b, c.size, c.files, c.inFlight, func(v vault, bucket, from, to string) error {
				_, err := v.client.CopyObject(b.Context(), &s3.CopyObjectInput{Bucket: &bucket, Key: &to, CopySource: aws.String("speed-active/" + from)})
				return err
			})
		})
		b.Run("get-"+c.name, func(b *testing.B) {
			compare(b, c.size, c.files, c.inFlight, func(v vault, bucket, from, _ string) error {
				out, err := v.client.GetObject(b.Context(), &s3.GetObjectInput{Bucket: &bucket, Key: &from})
				if err != nil {
					return err
				}
				n, err := io.Copy(io.Discard, out.Body)
				if err == nil && n != int64(c.size) {
					err = fmt.Errorf("%d bytes", n)
				}
				_ = out.Body.Close()
				return err
			})
		})
	}
}

func compare(b *testing.B, size, files, inFlight int, act func(v vault, bucket, from, to string) error) {
	b.Helper()
	v := openVault(b)
	const active, plain = "speed-active", "speed-plain"
	buckets := []string{plain, encryptedBucket}
	content := bytes.Repeat([]byte("x"), size)
	for _, bucket := range []string{active, plain, encryptedBucket} {
		_, err := v.client.CreateBucket(b.Context(), &s3.CreateBucketInput{Bucket: &bucket})
		if c := code(err); c != "" && c != "BucketAlreadyOwnedByYou" {
			b.Fatal(err)
		}
		each(b, files, inFlight, func(i int) error {
			_, err := v.client.PutObject(b.Context(), &s3.PutObjectInput{Bucket: &bucket, Key: aws.String(speedKey("from", i)), Body: bytes.NewReader(content)})
			return err
		})
	}
	took, round := map[string]time.Duration{}, 0
	for b.Loop() {
		for turn := range buckets { // who comes first takes turns too
			bucket := buckets[(turn+round)%len(buckets)]
			begun := time.Now()
			each(b, files, inFlight, func(i int) error { return act(v, bucket, speedKey("from", i), speedKey(fmt.Sprint("to", round), i)) })
			took[bucket] += time.Since(begun)
		}
		round++
	}
	done := float64(round*files) / took[encryptedBucket].Seconds()
	b.ReportMetric(done, "encrypted/s")
	b.ReportMetric(done*float64(size)/(1<<20), "encrypted_MiB/s")
	b.ReportMetric(took[plain].Seconds()/took[encryptedBucket].Seconds(), "of_plain")
	remove := func(bucket string) {
		for _, folder := range append([]string{"from"}, rounds(round)...) {
			each(b, files, inFlight, func(i int) error {
				_, err := v.client.DeleteObject(b.Context(), &s3.DeleteObjectInput{Bucket: &bucket, Key: aws.String(speedKey(folder, i))})
				return err
			})
		}
	}
	for _, bucket := range []string{active, plain, encryptedBucket} {
		remove(bucket)
	}
}

func rounds(n int) (names []string) {
	for i := range n {
		names = append(names, fmt.Sprint("to", i))
	}
	return names
}

func speedKey(folder string, i int) string { return fmt.Sprintf("speed/%s/%02d/%d", folder, i%50, i) }

func each(b *testing.B, n, inFlight int, act func(i int) error) {
	b.Helper()
	var group errgroup.Group
	group.SetLimit(inFlight)
	for i := range n {
		group.Go(func() error { return act(i) })
	}
	if err := group.Wait(); err != nil {
		b.Fatal(err)
	}
}
