package embedded_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

func BenchmarkPut4KiB(b *testing.B) {
	r := shared(b)
	bucket, client := r.bucket(b, fmt.Sprintf("bench-%d", b.N)), r.operator(b)
	body := strings.Repeat("x", 4096)
	b.ResetTimer()
	for i := range b.N {
		put(b, client, bucket, fmt.Sprintf("d/%d/%d", i%100, i), body)
	}
}

func BenchmarkPut4KiB16InFlight(b *testing.B) {
	r := shared(b)
	bucket, client := r.bucket(b, fmt.Sprintf("bench16-%d", b.N)), r.operator(b)
	body := strings.Repeat("x", 4096)
	work := make(chan int)
	var wg sync.WaitGroup
	b.ResetTimer()
	for range 16 {
		wg.Go(func() {
			for i := range work {
				put(b, client, bucket, fmt.Sprintf("d/%d/%d", i%100, i), body)
			}
		})
	}
	for i := range b.N {
		work <- i
	}
	close(work)
	wg.Wait()
}

func BenchmarkHeadAsUnit(b *testing.B) {
	r := shared(b)
	name := fmt.Sprintf("benchhead-%d", b.N)
	bucket := r.bucket(b, name)
	put(b, r.operator(b), bucket, "u/a", "x")
	key, secret := unitUser(b, r, name, bucket, "u")
	client := r.s3(b, key, secret)
	b.ResetTimer()
	for range b.N {
		if _, err := client.HeadObject(b.Context(), &s3.HeadObjectInput{Bucket: &bucket, Key: aws.String("u/a")}); err != nil {
			b.Fatal(err)
		}
	}
}
