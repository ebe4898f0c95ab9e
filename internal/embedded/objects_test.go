package embedded_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"seaportal/internal/embedded"
)

const racers = 16

// A copy's event says what a HEAD of its target does, in every way to copy.
func TestEventsOfCopiesTellWhatIsThere(t *testing.T) {
	t.Parallel()
	r := shared(t)
	bucket, client := r.bucket(t, "copied-events"), r.operator(t)
	put(t, client, bucket, "from", "text")
	put(t, client, bucket, "empty", "")
	for _, in := range []*s3.CopyObjectInput{
		{Key: aws.String("to"), CopySource: aws.String(bucket + "/from")},
		{Key: aws.String("to-sha256"), CopySource: aws.String(bucket + "/from"), ChecksumAlgorithm: types.ChecksumAlgorithmSha256},
		{Key: aws.String("from"), CopySource: aws.String(bucket + "/from"), MetadataDirective: types.MetadataDirectiveReplace},
		{Key: aws.String("to-folder/"), CopySource: aws.String(bucket + "/empty")},
	} {
		in.Bucket = &bucket
		if _, err := client.CopyObject(t.Context(), in); err != nil {
			t.Fatalf("copy to %s: %v", *in.Key, err)
		}
		head, err := client.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: &bucket, Key: in.Key, ChecksumMode: types.ChecksumModeEnabled})
		if err != nil {
			t.Fatal(err)
		}
		want := embedded.Event{
			Kind: embedded.Created, Bucket: bucket, Key: *in.Key, ETag: aws.ToString(head.ETag), Size: aws.ToInt64(head.ContentLength),
			ChecksumAlgorithm: "CRC32", Checksum: aws.ToString(head.ChecksumCRC32), AccessKeyID: rootKey, SourceIP: "127.0.0.1",
		}
		if head.ChecksumSHA256 != nil {
			want.ChecksumAlgorithm, want.Checksum = "SHA256", *head.ChecksumSHA256
		}
		heard := r.heard(bucket, *in.Key)
		if diff := cmp.Diff(want, heard[len(heard)-1], cmpopts.IgnoreFields(embedded.Event{}, "Time")); diff != "" {
			t.Errorf("%s: %s", *in.Key, diff)
		}
	}
}

func TestEventsTellWhoDidWhat(t *testing.T) {
	t.Parallel()
	r := shared(t)
	bucket, client := r.bucket(t, "events"), r.operator(t)
	key, secret := unitUser(t, r, "events", bucket, "u")
	made := put(t, client, bucket, "u//file", "four")
	_, err := client.CopyObject(t.Context(), &s3.CopyObjectInput{Bucket: &bucket, Key: aws.String("u/copy"), CopySource: aws.String(bucket + "/u/file")})
	if err != nil {
		t.Fatal(err)
	}
	partner := r.s3(t, key, secret)
	for range 2 { // the second time there is nothing to tell
		if _, err := partner.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: &bucket, Key: aws.String("u/file")}); err != nil {
			t.Fatal(err)
		}
	}
	put, err2 := client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &bucket, Key: aws.String("u/copy"), Body: strings.NewReader("x"), IfNoneMatch: aws.String("*")})
	if code(err2) != "PreconditionFailed" {
		t.Fatal(put, err2)
	}
	created := embedded.Event{
		Kind: embedded.Created, Bucket: bucket, Key: "u/file", ETag: *made.ETag, Size: 4, AccessKeyID: rootKey,
		SourceIP: "127.0.0.1", ChecksumAlgorithm: "CRC32", Checksum: *made.ChecksumCRC32,
	}
	copied := created
	copied.Key = "u/copy"
	deleted := embedded.Event{
		Kind: embedded.Deleted, Bucket: bucket, Key: "u/file", ETag: *made.ETag, Size: 4, AccessKeyID: key, SourceIP: "127.0.0.1",
	}
	want := []embedded.Event{created, copied, deleted}
	heard := r.heard(bucket, "")
	if diff := cmp.Diff(want, heard, cmpopts.IgnoreFields(embedded.Event{}, "Time")); diff != "" {
		t.Error(diff)
	}
	if len(heard) > 0 && time.Since(heard[0].Time) > time.Minute {
		t.Errorf("time: %v", heard[0].Time)
	}
}

func TestEveryUploadButACompositeOneHasAFullChecksum(t *testing.T) {
	t.Parallel()
	r := shared(t)
	bucket, client := r.bucket(t, "checksums"), r.operator(t)
	bare := s3.New(client.Options(), func(o *s3.Options) { o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired })
	upload := func(client *s3.Client, key string, algorithm types.ChecksumAlgorithm) error {
		_, err := client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: strings.NewReader("text"), ChecksumAlgorithm: algorithm})
		return err
	}
	for what, err := range map[string]error{
		"client default": upload(client, "default", ""), "no checksum": upload(bare, "bare", ""),
		"sha256": upload(client, "sha256", types.ChecksumAlgorithmSha256), "unnamed parts": multipart(t, bare, bucket, "parts", "", ""),
		"full parts":      multipart(t, client, bucket, "full", types.ChecksumAlgorithmCrc32c, types.ChecksumTypeFullObject),
		"composite parts": multipart(t, client, bucket, "composite", types.ChecksumAlgorithmSha256, types.ChecksumTypeComposite),
	} {
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	for key, want := range map[string]struct {
		kind      types.ChecksumType
		algorithm string
	}{
		"default": {types.ChecksumTypeFullObject, "CRC32"}, "bare": {types.ChecksumTypeFullObject, "CRC64NVME"},
		"sha256": {types.ChecksumTypeFullObject, "SHA256"}, "parts": {types.ChecksumTypeFullObject, "CRC64NVME"},
		"full": {types.ChecksumTypeFullObject, "CRC32C"}, "composite": {types.ChecksumTypeComposite, "SHA256"},
	} {
		_, err := client.CopyObject(t.Context(), &s3.CopyObjectInput{Bucket: &bucket, Key: aws.String("copy/" + key), CopySource: aws.String(bucket + "/" + key)})
		if err != nil {
			t.Fatal(err)
		}
		source, copied := checksum(t, client, bucket, key), checksum(t, client, bucket, "copy/"+key)
		if source.kind != want.kind || source.algorithm != want.algorithm {
			t.Errorf("%s: %+v", key, source)
		}
		if copied.kind != types.ChecksumTypeFullObject || (want.kind == types.ChecksumTypeFullObject) != (source == copied) {
			t.Errorf("%s: source %+v, copy %+v", key, source, copied)
		}
	}
}

type stored struct {
	kind           types.ChecksumType
	algorithm, sum string
}

func checksum(t *testing.T, client *s3.Client, bucket, key string) stored {
	t.Helper()
	head, err := client.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: &bucket, Key: &key, ChecksumMode: types.ChecksumModeEnabled})
	if err != nil {
		t.Fatal(err)
	}
	for algorithm, sum := range map[string]*string{
		"CRC32": head.ChecksumCRC32, "CRC32C": head.ChecksumCRC32C, "CRC64NVME": head.ChecksumCRC64NVME, "SHA256": head.ChecksumSHA256,
	} {
		if sum != nil {
			return stored{head.ChecksumType, algorithm, *sum}
		}
	}
	return stored{kind: head.ChecksumType}
}

// multipart uploads two parts.
func multipart(t *testing.T, client *s3.Client, bucket, key string, algorithm types.ChecksumAlgorithm, kind types.ChecksumType) error {
	t.Helper()
	upload, err := client.CreateMultipartUpload(t.Context(), &s3.CreateMultipartUploadInput{
		Bucket: &bucket, Key: &key, ChecksumAlgorithm: algorithm, ChecksumType: kind,
	})
	if err != nil {
		return err
	}
	var parts []types.CompletedPart
	for number, size := range []int{5 << 20, 100} {
		part, err := client.UploadPart(t.Context(), &s3.UploadPartInput{
			Bucket: &bucket, Key: &key, UploadId: upload.UploadId, PartNumber: aws.Int32(int32(number + 1)),
			Body: bytes.NewReader(bytes.Repeat([]byte{'x'}, size)), ChecksumAlgorithm: algorithm,
		})
		if err != nil {
			return err
		}
		parts = append(parts, types.CompletedPart{
			PartNumber: aws.Int32(int32(number + 1)), ETag: part.ETag,
			ChecksumCRC32: part.ChecksumCRC32, ChecksumCRC32C: part.ChecksumCRC32C, ChecksumSHA256: part.ChecksumSHA256,
		})
	}
	_, err = client.CompleteMultipartUpload(t.Context(), &s3.CompleteMultipartUploadInput{
		Bucket: &bucket, Key: &key, UploadId: upload.UploadId, ChecksumType: kind, MultipartUpload: &types.CompletedMultipartUpload{Parts: parts},
	})
	return err
}

func TestKeysAreKeptAsTheyAre(t *testing.T) {
	t.Parallel()
	r := shared(t)
	bucket, client := r.bucket(t, "keys"), r.operator(t)
	key, secret := unitUser(t, r, "keys", bucket, "k")
	partner := r.s3(t, key, secret)
	names := []string{
		"k/with space", "k/📞 recording.wav", "k/per%2Fcent", "k/100%", "k/plus+plus", `k/"quoted"'single'`, "k/a&b=c?d#e;f,g", "k/ümlaut/日本",
		"k/back\\slash", "k/<xml>", "k/trailing.", "k/ lead", "k/" + strings.Repeat(strings.Repeat("s", 230)+"/", 2) + strings.Repeat("e", 236),
	}
	for _, name := range names {
		put(t, client, bucket, name, name)
		_, err := client.CopyObject(t.Context(), &s3.CopyObjectInput{
			Bucket: &bucket, Key: aws.String("k/copies/" + name[2:]), CopySource: aws.String(escapePath(bucket + "/" + name)),
		})
		if err != nil {
			t.Errorf("copy %q: %v", name, err)
		}
		for _, copied := range []string{name, "k/copies/" + name[2:]} {
			out, err := partner.GetObject(t.Context(), &s3.GetObjectInput{Bucket: &bucket, Key: &copied})
			if err != nil {
				t.Errorf("get %q: %v", copied, err)
				continue
			}
			if text, err := io.ReadAll(out.Body); err != nil || string(text) != name {
				t.Errorf("%q holds %q, %v", copied, text, err)
			}
			_ = out.Body.Close()
		}
	}
	listed, err := partner.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: &bucket, Prefix: aws.String("k/")})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]bool{}
	for _, object := range listed.Contents {
		got[*object.Key] = true
	}
	heard := map[string]bool{}
	for _, event := range r.heard(bucket, "") {
		heard[event.Key] = true
	}
	for _, name := range names {
		if !got[name] || !heard[name] {
			t.Errorf("%q: listed %v, heard %v", name, got[name], heard[name])
		}
	}
}

// escapePath is how the portal's clients must encode a copy source.
func escapePath(path string) string {
	var out strings.Builder
	for _, b := range []byte(path) {
		if b == '/' || b == '-' || b == '.' || b == '_' || b == '~' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' {
			out.WriteByte(b)
		} else {
			fmt.Fprintf(&out, "%%%02X", b)
		}
	}
	return out.String()
}

func TestPresignedGet(t *testing.T) {
	t.Parallel()
	r := shared(t)
	bucket, client := r.bucket(t, "presigned"), r.operator(t)
	put(t, client, bucket, "u/file name.txt", "hello")
	key, secret := unitUser(t, r, "presigned", bucket, "u")
	sign := func(client *s3.Client) string {
		signed, err := s3.NewPresignClient(client).PresignGetObject(t.Context(), &s3.GetObjectInput{
			Bucket: &bucket, Key: aws.String("u/file name.txt"), ResponseContentDisposition: aws.String(`attachment; filename="f.txt"`),
		}, s3.WithPresignExpires(time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		return signed.URL
	}
	fetch := func(url string) (int, string, string) {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := r.http.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		return answer.StatusCode, string(text), answer.Header.Get("Content-Disposition")
	}
	for _, client := range []*s3.Client{client, r.s3(t, key, secret)} {
		status, text, disposition := fetch(sign(client))
		if status != 200 || text != "hello" || disposition != `attachment; filename="f.txt"` {
			t.Errorf("%d %q %q", status, text, disposition)
		}
	}
	url := sign(r.s3(t, key, secret))
	if status, _, _ := fetch(strings.Replace(url, "file%20name", "other", 1)); status != 403 {
		t.Errorf("tampered: %d", status)
	}
	_, err := r.iam(t).DeleteAccessKey(t.Context(), &iam.DeleteAccessKeyInput{UserName: aws.String("sea-presigned"), AccessKeyId: &key})
	if err != nil {
		t.Fatal(err)
	}
	if status, _, _ := fetch(url); status != 403 {
		t.Errorf("revoked: %d", status)
	}
}
