package embedded_test

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/google/go-cmp/cmp"
)

// A copy has the content, header, tags and checksum of its source, whichever
// side rests encrypted.
func TestCopiesBetweenPlainAndEncrypted(t *testing.T) {
	t.Parallel()
	v := openVault(t)
	plain := v.bucket(t, "copies-plain")
	content := letters(2*segment + 5)
	from := &s3.PutObjectInput{
		Bucket: &plain, Key: aws.String("from"), Body: bytes.NewReader(content), ContentType: aws.String("audio/wav"),
		Metadata: map[string]string{"team": "North"}, Tagging: aws.String("a=b+c&d=%2B"), ChecksumAlgorithm: types.ChecksumAlgorithmSha256,
	}
	source, err := v.client.PutObject(t.Context(), from)
	if err != nil {
		t.Fatal(err)
	}
	first, second := v.newKey(t), v.newKey(t)
	steps := []struct{ source, bucket, key, sse string }{
		{plain + "/from", encryptedBucket, *v.key("in"), first},
		{encryptedBucket + "/" + *v.key("in"), encryptedBucket, *v.key("again"), second},
		{encryptedBucket + "/" + *v.key("again"), plain, "out", ""},
	}
	for _, step := range steps {
		in := &s3.CopyObjectInput{Bucket: &step.bucket, Key: &step.key, CopySource: &step.source, IfNoneMatch: aws.String("*")}
		if step.sse != "" {
			in.ServerSideEncryption, in.SSEKMSKeyId = types.ServerSideEncryptionAwsKms, &step.sse
		}
		made, err := v.client.CopyObject(t.Context(), in)
		if err != nil {
			t.Fatalf("to %s: %v", step.key, err)
		}
		if aws.ToString(made.SSEKMSKeyId) != step.sse || aws.ToString(made.CopyObjectResult.ChecksumSHA256) != *source.ChecksumSHA256 {
			t.Errorf("to %s: key %q, checksum %q", step.key, aws.ToString(made.SSEKMSKeyId), aws.ToString(made.CopyObjectResult.ChecksumSHA256))
		}
		if _, err := v.client.CopyObject(t.Context(), in); code(err) != "PreconditionFailed" {
			t.Errorf("to %s again: %v", step.key, err)
		}
		head, err := v.client.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: &step.bucket, Key: &step.key})
		if err != nil || aws.ToInt64(head.ContentLength) != int64(len(content)) || aws.ToString(head.ContentType) != "audio/wav" || head.Metadata["team"] != "North" {
			t.Errorf("to %s: %v, %v", step.key, head, err)
		}
		if got := tagsOf(t, v, step.bucket, step.key); !cmp.Equal(got, map[string]string{"a": "b c", "d": "+"}) {
			t.Errorf("to %s: tags %v", step.key, got)
		}
	}
	got, err := v.client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: &plain, Key: aws.String("out")})
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	_, err = text.ReadFrom(got.Body)
	if err := errors.Join(err, got.Body.Close()); err != nil || !bytes.Equal(text.Bytes(), content) {
		t.Errorf("what came out again has %d bytes, %v", text.Len(), err)
	}
	stale := &s3.CopyObjectInput{Bucket: aws.String(encryptedBucket), Key: v.key("stale"), CopySource: aws.String(plain + "/from"), CopySourceIfMatch: aws.String(`"0"`)}
	if _, err := v.client.CopyObject(t.Context(), stale); code(err) != "PreconditionFailed" {
		t.Errorf("of another ETag: %v", err)
	}
}

func tagsOf(t *testing.T, v vault, bucket, key string) map[string]string {
	t.Helper()
	out, err := v.client.GetObjectTagging(t.Context(), &s3.GetObjectTaggingInput{Bucket: &bucket, Key: &key})
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, tag := range out.TagSet {
		all[*tag.Key] = *tag.Value
	}
	return all
}

func TestACopyOntoItselfChangesTheHeaderOnly(t *testing.T) {
	t.Parallel()
	v := openVault(t)
	made := v.put(t, "file", letters(segment+1))
	_, err := v.client.CopyObject(t.Context(), &s3.CopyObjectInput{
		Bucket: aws.String(encryptedBucket), Key: v.key("file"), CopySource: aws.String(encryptedBucket + "/" + *v.key("file")),
		MetadataDirective: types.MetadataDirectiveReplace, ContentType: aws.String("text/plain"), ChecksumAlgorithm: types.ChecksumAlgorithmSha256,
	})
	if err != nil {
		t.Fatal(err)
	}
	got, out, err := v.get(t.Context(), "file", "")
	if err != nil || !bytes.Equal(got, letters(segment+1)) || aws.ToString(out.ContentType) != "text/plain" || *out.ETag != *made.ETag {
		t.Errorf("got %d bytes, %v, %v", len(got), out, err)
	}
}

func (v vault) begin(t testing.TB, name string) *s3.CreateMultipartUploadOutput {
	t.Helper()
	begun, err := v.client.CreateMultipartUpload(t.Context(), &s3.CreateMultipartUploadInput{
		Bucket: aws.String(encryptedBucket), Key: v.key(name), ContentType: aws.String("audio/wav"),
		Metadata: map[string]string{"team": "North"}, Tagging: aws.String("a=b"),
	})
	if err != nil {
		t.Fatal(err)
	}
	return begun
}

func (v vault) part(t testing.TB, begun *s3.CreateMultipartUploadOutput, number int32, content []byte) types.CompletedPart {
	t.Helper()
	out, err := v.client.UploadPart(t.Context(), &s3.UploadPartInput{
		Bucket: begun.Bucket, Key: begun.Key, UploadId: begun.UploadId, PartNumber: &number, Body: bytes.NewReader(content),
	})
	if err != nil {
		t.Fatalf("part %d: %v", number, err)
	}
	return types.CompletedPart{PartNumber: &number, ETag: out.ETag}
}

func (v vault) partCopy(t testing.TB, begun *s3.CreateMultipartUploadOutput, number int32, source string, first, last int) types.CompletedPart {
	t.Helper()
	out, err := v.client.UploadPartCopy(t.Context(), &s3.UploadPartCopyInput{
		Bucket: begun.Bucket, Key: begun.Key, UploadId: begun.UploadId, PartNumber: &number, CopySource: &source,
		CopySourceRange: aws.String(fmt.Sprintf("bytes=%d-%d", first, last)),
	})
	if err != nil {
		t.Fatalf("part %d: %v", number, err)
	}
	return types.CompletedPart{PartNumber: &number, ETag: out.CopyPartResult.ETag}
}

func TestUploadsInPartsRestEncrypted(t *testing.T) {
	t.Parallel()
	v := openVault(t)
	plain := v.bucket(t, "parts-plain")
	content := letters(11<<20 + 77)
	put(t, v.client, plain, "from", string(content))
	begun := v.begin(t, "file")
	parts := []types.CompletedPart{
		v.part(t, begun, 2, content[:5<<20]),
		v.partCopy(t, begun, 5, plain+"/from", 5<<20, 11<<20-1),
		v.part(t, begun, 9, content[11<<20:]),
	}
	listed, err := v.client.ListParts(t.Context(), &s3.ListPartsInput{Bucket: begun.Bucket, Key: begun.Key, UploadId: begun.UploadId})
	if err != nil || len(listed.Parts) != 3 || *listed.Parts[0].Size != 5<<20 || *listed.Parts[2].Size != 77 {
		t.Errorf("listed are %v, %v", listed, err)
	}
	complete := &s3.CompleteMultipartUploadInput{
		Bucket: begun.Bucket, Key: begun.Key, UploadId: begun.UploadId, IfNoneMatch: aws.String("*"),
		MultipartUpload: &types.CompletedMultipartUpload{Parts: parts},
	}
	made, err := v.client.CompleteMultipartUpload(t.Context(), complete)
	if err != nil {
		t.Fatal(err)
	}
	complete.IfNoneMatch = nil
	if again, err := v.client.CompleteMultipartUpload(t.Context(), complete); err != nil || *again.ETag != *made.ETag {
		t.Errorf("completed again: %v", err)
	}
	got, out, err := v.get(t.Context(), "file", "")
	if err != nil || !bytes.Equal(got, content) || *out.ETag != *made.ETag || aws.ToString(out.ChecksumCRC64NVME) != aws.ToString(made.ChecksumCRC64NVME) {
		t.Errorf("got %d bytes, %v", len(got), err)
	}
	if aws.ToString(out.ContentType) != "audio/wav" || out.Metadata["team"] != "North" || tagsOf(t, v, *begun.Bucket, *begun.Key)["a"] != "b" {
		t.Errorf("the header is %v %v", aws.ToString(out.ContentType), out.Metadata)
	}
	if got, _, err := v.get(t.Context(), "file", fmt.Sprintf("bytes=%d-%d", 5<<20-9, 5<<20+9)); err != nil || !bytes.Equal(got, content[5<<20-9:5<<20+10]) {
		t.Errorf("across two parts: %q, %v", got, err)
	}
	left, err := v.client.ListMultipartUploads(t.Context(), &s3.ListMultipartUploadsInput{Bucket: begun.Bucket, Prefix: begun.Key})
	if err != nil || len(left.Uploads) != 0 {
		t.Errorf("%d uploads are left, %v", len(left.Uploads), err)
	}
}

func TestPartsThatAreNotThoseSentAreRefused(t *testing.T) {
	t.Parallel()
	v := openVault(t)
	begun := v.begin(t, "file")
	small, last := v.part(t, begun, 1, letters(100)), v.part(t, begun, 2, letters(100))
	other := types.CompletedPart{PartNumber: last.PartNumber, ETag: small.ETag}
	for want, parts := range map[string][]types.CompletedPart{
		"EntityTooSmall":   {small, last},
		"InvalidPart":      {other},
		"InvalidPartOrder": {last, small},
	} {
		_, err := v.client.CompleteMultipartUpload(t.Context(), &s3.CompleteMultipartUploadInput{
			Bucket: begun.Bucket, Key: begun.Key, UploadId: begun.UploadId, MultipartUpload: &types.CompletedMultipartUpload{Parts: parts},
		})
		if code(err) != want {
			t.Errorf("want %s: %v", want, err)
		}
	}
	_, err := v.client.AbortMultipartUpload(t.Context(), &s3.AbortMultipartUploadInput{Bucket: begun.Bucket, Key: begun.Key, UploadId: begun.UploadId})
	if err != nil {
		t.Error(err)
	}
	_, err = v.client.UploadPart(t.Context(), &s3.UploadPartInput{
		Bucket: begun.Bucket, Key: begun.Key, UploadId: begun.UploadId, PartNumber: aws.Int32(1), Body: bytes.NewReader(nil),
	})
	if code(err) != "NoSuchUpload" {
		t.Errorf("after the abort: %v", err)
	}
}
