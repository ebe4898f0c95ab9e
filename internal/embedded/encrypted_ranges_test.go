package embedded_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"golang.org/x/sync/errgroup"
)

// TestRandomRangesOfALargeObject reads a large encrypted object at random
// places. SEA_TEST_RANGES=10000 reads that many of 1 GiB; without it, 500 of
// 32 MiB.
func TestRandomRangesOfALargeObject(t *testing.T) {
	t.Parallel()
	ranges, size := 500, 32<<20+12_345
	if text := os.Getenv("SEA_TEST_RANGES"); text != "" {
		ranges, _ = strconv.Atoi(text)
		size = 1 << 30
	}
	v := openVault(t)
	content := make([]byte, size)
	source := rand.NewChaCha8([32]byte{1})
	_, _ = source.Read(content) // it never fails
	v.put(t, "large", content)
	var group errgroup.Group
	group.SetLimit(4)
	chance := rand.New(source)
	for range ranges {
		first := chance.IntN(size)
		last := min(size, first+1+chance.IntN(300_000)) - 1
		group.Go(func() error {
			got, _, err := v.get(t.Context(), "large", fmt.Sprintf("bytes=%d-%d", first, last))
			if err != nil || !bytes.Equal(got, content[first:last+1]) {
				return fmt.Errorf("%d to %d: %d bytes, %w", first, last, len(got), err)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	out, err := v.client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String(encryptedBucket), Key: v.key("large")})
	if err != nil {
		t.Fatal(err)
	}
	all := sha256.New()
	if _, err := io.Copy(all, out.Body); err != nil {
		t.Fatal(err)
	}
	_ = out.Body.Close()
	if want := sha256.Sum256(content); !bytes.Equal(all.Sum(nil), want[:]) {
		t.Error("read as a whole it differs")
	}
	t.Logf("%d ranges of %d bytes", ranges, size)
}
