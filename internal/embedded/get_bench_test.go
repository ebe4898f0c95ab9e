package embedded_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// BenchmarkGet reads an object of 4 KiB as the operator, who may do anything,
// and as a unit's user, whose key is looked up and whose policy is asked.
func BenchmarkGet(b *testing.B) {
	r := shared(b)
	bucket := r.bucket(b, "read")
	put(b, r.operator(b), bucket, "unit/a", strings.Repeat("a", 4<<10))
	key, secret := unitUser(b, r, "read", bucket, "unit")
	for name, as := range map[string]aws.Credentials{
		"operator": {AccessKeyID: rootKey, SecretAccessKey: rootSec}, "unit": {AccessKeyID: key, SecretAccessKey: secret},
	} {
		b.Run(name, func(b *testing.B) {
			read, err := http.NewRequestWithContext(b.Context(), http.MethodGet, r.server.S3Endpoint()+"/"+bucket+"/unit/a", nil)
			if err != nil {
				b.Fatal(err)
			}
			const unsigned = "UNSIGNED-PAYLOAD"
			read.Header.Set("X-Amz-Content-Sha256", unsigned)
			if err := v4.NewSigner().SignHTTP(b.Context(), as, read, unsigned, "s3", region, time.Now()); err != nil {
				b.Fatal(err)
			}
			client := &http.Client{Transport: r.http}
			for b.Loop() {
				answer, err := client.Do(read.Clone(b.Context()))
				if err != nil {
					b.Fatal(err)
				}
				if _, err := io.Copy(io.Discard, answer.Body); err != nil || answer.StatusCode != http.StatusOK {
					b.Fatal(answer.Status, err)
				}
				if err := answer.Body.Close(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
