package embedded_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// An object that lay in the bucket before it was encrypted is given as it is,
// in whole, in part and with its checksum.
func TestAnObjectFromBeforeEncryptionIsGivenAsItIs(t *testing.T) {
	t.Parallel()
	v := openVault(t)
	content, plain := []byte(strings.Repeat("this one does not; ", segment/8)), v.bucket(t, "before") // others look for letters on the disk
	stored, err := v.client.PutObject(t.Context(), &s3.PutObjectInput{
		Bucket: &plain, Key: aws.String("old"), Body: bytes.NewReader(content), ChecksumAlgorithm: types.ChecksumAlgorithmSha256,
	})
	if err != nil {
		t.Fatal(err)
	}
	v.put(t, "new", nil) // makes the folder
	if err := os.Rename(filepath.Join(v.dir, "objects", plain, "old"), v.file("old")); err != nil {
		t.Fatal(err)
	}
	unasked := func(o *s3.Options) { o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired }
	for what, ask := range map[string]struct {
		in   s3.GetObjectInput
		want []byte
		sum  string
	}{
		"whole":         {want: content},
		"with its sum":  {in: s3.GetObjectInput{ChecksumMode: types.ChecksumModeEnabled}, want: content, sum: aws.ToString(stored.ChecksumSHA256)},
		"a range":       {in: s3.GetObjectInput{Range: aws.String("bytes=65530-65549")}, want: content[65530:65550]},
		"its only part": {in: s3.GetObjectInput{PartNumber: aws.Int32(1)}, want: content},
	} {
		ask.in.Bucket, ask.in.Key = aws.String(encryptedBucket), v.key("old")
		out, err := v.client.GetObject(t.Context(), &ask.in, unasked)
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		got, err := io.ReadAll(out.Body)
		_ = out.Body.Close()
		if err != nil || !bytes.Equal(got, ask.want) || aws.ToString(out.ETag) != aws.ToString(stored.ETag) {
			t.Errorf("%s: %d bytes, %v, want %d; ETag %s", what, len(got), err, len(ask.want), aws.ToString(out.ETag))
		}
		if out.SSEKMSKeyId != nil || aws.ToString(out.ChecksumSHA256) != ask.sum {
			t.Errorf("%s: said to be encrypted with %q, checksum %q", what, aws.ToString(out.SSEKMSKeyId), aws.ToString(out.ChecksumSHA256))
		}
	}
}
