package embedded_test

import (
	"bytes"
	"context"
	"crypto/md5" // what an ETag must not be taken for
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"seaportal/internal/store"
)

const segment = 64 << 10 // bytes of content that are encrypted together

// vault is the encrypted bucket, below a prefix of the test's own.
type vault struct {
	*rig
	client *s3.Client
	prefix string
}

func openVault(t testing.TB) vault {
	t.Helper()
	r := shared(t)
	v := vault{rig: r, client: r.operator(t), prefix: t.Name() + "/"}
	_, err := v.client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String(encryptedBucket)})
	if c := code(err); c != "" && c != "BucketAlreadyOwnedByYou" {
		t.Fatal(err)
	}
	return v
}

func (v vault) key(name string) *string { return aws.String(v.prefix + name) }

func (v vault) file(name string) string {
	return filepath.Join(v.dir, "objects", encryptedBucket, v.prefix, name)
}

func (v vault) put(t testing.TB, name string, content []byte, change ...func(*s3.PutObjectInput)) *s3.PutObjectOutput {
	t.Helper()
	in := &s3.PutObjectInput{Bucket: aws.String(encryptedBucket), Key: v.key(name), Body: bytes.NewReader(content)}
	for _, set := range change {
		set(in)
	}
	out, err := v.client.PutObject(t.Context(), in)
	if err != nil {
		t.Fatalf("put %s: %v", name, err)
	}
	return out
}

// get gives what a client gets, and the error at any point of it.
func (v vault) get(ctx context.Context, name, ranged string) ([]byte, *s3.GetObjectOutput, error) {
	in := &s3.GetObjectInput{Bucket: aws.String(encryptedBucket), Key: v.key(name), ChecksumMode: types.ChecksumModeEnabled}
	if ranged != "" {
		in.Range = &ranged
	}
	out, err := v.client.GetObject(ctx, in)
	if err != nil {
		return nil, nil, err
	}
	got, err := io.ReadAll(out.Body)
	_ = out.Body.Close()
	return got, out, err
}

func (v vault) newKey(t testing.TB) string {
	t.Helper()
	made, err := v.keys.CreateKey(t.Context(), &kms.CreateKeyInput{})
	if err != nil {
		t.Fatal(err)
	}
	return *made.KeyMetadata.Arn
}

// letters is content that is easily found again, and tells where it is from.
func letters(size int) []byte {
	return []byte(strings.Repeat("every file rests encrypted; ", size/28+1))[:size]
}

func TestClientsSeeTheContentOfEncryptedObjects(t *testing.T) {
	t.Parallel()
	v := openVault(t)
	key := v.newKey(t)
	for _, size := range []int{0, 1, segment - 1, segment, segment + 1, 3*segment + 17} {
		name, content := fmt.Sprintf("of %d bytes", size), letters(size)
		made := v.put(t, name, content, func(in *s3.PutObjectInput) {
			in.ServerSideEncryption, in.SSEKMSKeyId, in.ChecksumAlgorithm = types.ServerSideEncryptionAwsKms, &key, types.ChecksumAlgorithmSha256
		})
		if aws.ToString(made.SSEKMSKeyId) != key || made.ServerSideEncryption != types.ServerSideEncryptionAwsKms {
			t.Errorf("%s: the answer tells of %q %q", name, made.ServerSideEncryption, aws.ToString(made.SSEKMSKeyId))
		}
		got, answer, err := v.get(t.Context(), name, "")
		if err != nil || !bytes.Equal(got, content) {
			t.Fatalf("%s: got %d bytes, %v", name, len(got), err)
		}
		head, err := v.client.HeadObject(t.Context(), &s3.HeadObjectInput{
			Bucket: aws.String(encryptedBucket), Key: v.key(name), ChecksumMode: types.ChecksumModeEnabled,
		})
		if err != nil || aws.ToInt64(head.ContentLength) != int64(size) || aws.ToString(head.SSEKMSKeyId) != key ||
			aws.ToString(head.ChecksumSHA256) != aws.ToString(made.ChecksumSHA256) || made.ChecksumSHA256 == nil {
			t.Errorf("%s: HEAD tells %d bytes, %v, %v", name, aws.ToInt64(head.ContentLength), aws.ToString(head.ChecksumSHA256), err)
		}
		sum := md5.Sum(content)
		for _, etag := range []*string{made.ETag, head.ETag, answer.ETag} {
			if *etag != *made.ETag || strings.Trim(*etag, `"`) == hex.EncodeToString(sum[:]) || !strings.HasSuffix(*etag, `-1"`) {
				t.Errorf("%s: the ETag is %s", name, *etag)
			}
		}
	}
	listed, err := v.client.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: aws.String(encryptedBucket), Prefix: &v.prefix})
	if err != nil {
		t.Fatal(err)
	}
	for _, object := range listed.Contents {
		if want := fmt.Sprintf("%sof %d bytes", v.prefix, *object.Size); *object.Key != want {
			t.Errorf("%s is listed with %d bytes", *object.Key, *object.Size)
		}
	}
	if len(listed.Contents) != 6 {
		t.Errorf("%d are listed", len(listed.Contents))
	}
}

func TestRangesOfEncryptedObjects(t *testing.T) {
	t.Parallel()
	v := openVault(t)
	size := 5*segment + 333
	content := letters(size)
	v.put(t, "ranged", content)
	try := func(first, last int) {
		got, answer, err := v.get(t.Context(), "ranged", fmt.Sprintf("bytes=%d-%d", first, last))
		want := content[first:min(last+1, size)]
		if err != nil || !bytes.Equal(got, want) {
			t.Fatalf("%d to %d: %d bytes, %v", first, last, len(got), err)
		}
		if span := fmt.Sprintf("bytes %d-%d/%d", first, first+len(want)-1, size); aws.ToString(answer.ContentRange) != span {
			t.Errorf("the range is %s, want %s", aws.ToString(answer.ContentRange), span)
		}
	}
	for _, edge := range []int{0, segment - 1, segment, segment + 1, 5 * segment, size - 1} {
		try(edge, edge)
		try(edge, size+10)
		try(0, edge)
	}
	chance := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		first := chance.IntN(size)
		try(first, first+chance.IntN(size-first))
	}
	if got, _, err := v.get(t.Context(), "ranged", "bytes=-5"); err != nil || !bytes.Equal(got, content[size-5:]) {
		t.Errorf("the last bytes are %q, %v", got, err)
	}
	if _, _, err := v.get(t.Context(), "ranged", fmt.Sprintf("bytes=%d-", size)); code(err) != "InvalidRange" {
		t.Errorf("behind the end: %v", err)
	}
}

func TestNothingOfTheContentRestsOnTheDisk(t *testing.T) {
	t.Parallel()
	v := openVault(t)
	v.put(t, "secret", letters(2*segment), func(in *s3.PutObjectInput) { in.ChecksumAlgorithm = types.ChecksumAlgorithmSha256 })
	begun := v.begin(t, "in parts")
	v.part(t, begun, 1, letters(5<<20))
	found := 0
	objects := filepath.Join(v.dir, "objects")
	err := filepath.WalkDir(v.dir, func(path string, entry os.DirEntry, err error) error {
		if err == nil && filepath.Dir(path) == objects && entry.Name() != encryptedBucket {
			return filepath.SkipDir // other tests' buckets
		}
		if err != nil || !entry.Type().IsRegular() {
			return ignoreGone(err)
		}
		text, err := os.ReadFile(path)
		if bytes.Contains(text, []byte("rests encrypted")) {
			t.Errorf("%s holds the content", path)
		}
		found++
		return ignoreGone(err)
	})
	if err != nil || found < 3 {
		t.Fatalf("%d files, %v", found, err)
	}
}

// ignoreGone passes over what another test removed meanwhile.
func ignoreGone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// Whatever is done to the file, a client gets an error or the right bytes.
func TestDamageIsRefusedBeforeAWrongByteLeaves(t *testing.T) {
	t.Parallel()
	v := openVault(t)
	const stride = segment + 32
	damages := map[string]func(file []byte) []byte{
		"a bit in the first header":    func(f []byte) []byte { f[6] ^= 1; return f },
		"a bit in the first segment":   func(f []byte) []byte { f[100] ^= 1; return f },
		"a bit in a later segment":     func(f []byte) []byte { f[2*stride+500] ^= 1; return f },
		"a bit in the last tag":        func(f []byte) []byte { f[len(f)-1] ^= 1; return f },
		"cut off within a segment":     func(f []byte) []byte { return f[:len(f)-10] },
		"cut off between two segments": func(f []byte) []byte { return f[:2*stride] },
		"nothing left":                 func([]byte) []byte { return nil },
		"more at the end":              func(f []byte) []byte { return append(f, f[:stride]...) },
		"two segments exchanged": func(f []byte) []byte {
			first := bytes.Clone(f[:stride])
			copy(f, f[stride:2*stride])
			copy(f[stride:], first)
			return f
		},
		"a segment twice": func(f []byte) []byte { copy(f[stride:], f[:stride]); return f },
	}
	for what, damage := range damages {
		for _, segments := range []int{3, 20} { // the longer one is decrypted ahead
			v.wantDamageRefused(t, fmt.Sprint(what, " of ", segments), letters(segments*segment+100), damage)
		}
	}
}

func (v vault) wantDamageRefused(t *testing.T, name string, content []byte, damage func([]byte) []byte) {
	t.Helper()
	v.put(t, name, content)
	file, err := os.ReadFile(v.file(name))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(v.file(name), damage(file), 0o600); err != nil {
		t.Fatal(err)
	}
	got, _, err := v.get(t.Context(), name, "")
	if err == nil || !bytes.HasPrefix(content, got) {
		t.Errorf("%s: a client gets %d bytes, %v", name, len(got), err)
	}
}

func TestAnObjectInAnothersPlaceIsRefused(t *testing.T) {
	t.Parallel()
	v := openVault(t)
	v.put(t, "one", letters(1000))
	v.put(t, "other", []byte(strings.ToUpper(string(letters(1000)))))
	swap := v.file("swap")
	for _, step := range [][2]string{{v.file("one"), swap}, {v.file("other"), v.file("one")}, {swap, v.file("other")}} {
		if err := os.Rename(step[0], step[1]); err != nil { // with all attributes
			t.Fatal(err)
		}
	}
	for _, name := range []string{"one", "other"} {
		if got, _, err := v.get(t.Context(), name, ""); code(err) != "InternalError" || len(got) > 0 {
			t.Errorf("%s: got %d bytes, %v", name, len(got), err)
		}
	}
}

func TestADisabledKeyIsSaidInWords(t *testing.T) {
	t.Parallel()
	v := openVault(t)
	key := v.newKey(t)
	with := func(in *s3.PutObjectInput) {
		in.ServerSideEncryption, in.SSEKMSKeyId = types.ServerSideEncryptionAwsKms, &key
	}
	v.put(t, "file", letters(100), with)
	turn := func(on bool) {
		if err := v.keys.Switch(t.Context(), key, on, func(*store.Store) error { return nil }); err != nil {
			t.Fatal(err)
		}
	}
	turn(false)
	if _, _, err := v.get(t.Context(), "file", ""); code(err) != "KMS.DisabledException" || !strings.Contains(err.Error(), key+" is disabled.") {
		t.Errorf("reading: %v", err)
	}
	in := &s3.PutObjectInput{Bucket: aws.String(encryptedBucket), Key: v.key("new"), Body: strings.NewReader("x")}
	with(in)
	if _, err := v.client.PutObject(t.Context(), in); code(err) != "KMS.DisabledException" {
		t.Errorf("writing: %v", err)
	}
	if head, err := v.client.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: in.Bucket, Key: v.key("file")}); err != nil || *head.ContentLength != 100 {
		t.Errorf("looking: %v", err)
	}
	turn(true)
	if got, _, err := v.get(t.Context(), "file", ""); err != nil || len(got) != 100 {
		t.Errorf("enabled again: %v", err)
	}
	turn(false)
	before := len(v.heard(encryptedBucket, v.prefix))
	if _, err := v.client.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: in.Bucket, Key: v.key("file")}); err != nil {
		t.Errorf("deleting: %v", err)
	}
	if len(v.heard(encryptedBucket, v.prefix)) != before+1 {
		t.Error("nobody was told of the deletion")
	}
	in.SSEKMSKeyId = aws.String("arn:aws:kms:eu-central-1:000000000000:key/5b9e9a4e-0000-4000-8000-000000000000")
	if _, err := v.client.PutObject(t.Context(), in); code(err) != "KMS.NotFoundException" {
		t.Errorf("an unknown key: %v", err)
	}
}

func TestConditionsOnEncryptedObjects(t *testing.T) {
	t.Parallel()
	v := openVault(t)
	etag := v.put(t, "file", letters(10)).ETag
	bucket := aws.String(encryptedBucket)
	_, err := v.client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: bucket, Key: v.key("file"), IfNoneMatch: etag})
	if err == nil || !strings.Contains(err.Error(), "304") {
		t.Errorf("If-None-Match with its own ETag: %v", err)
	}
	_, err = v.client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: bucket, Key: v.key("file"), Body: strings.NewReader("x"), IfNoneMatch: aws.String("*")})
	if code(err) != "PreconditionFailed" {
		t.Errorf("If-None-Match *: %v", err)
	}
	_, err = v.client.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: bucket, Key: v.key("file"), IfMatch: aws.String(`"00000000000000000000000000000000-1"`)})
	if code(err) != "PreconditionFailed" {
		t.Errorf("If-Match with another: %v", err)
	}
	if _, err = v.client.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: bucket, Key: v.key("file"), IfMatch: etag}); err != nil {
		t.Errorf("If-Match with its own: %v", err)
	}
}

func TestAWrongChecksumStoresNothing(t *testing.T) {
	t.Parallel()
	v := openVault(t)
	for algorithm, set := range map[string]func(*s3.PutObjectInput){
		"SHA-256": func(in *s3.PutObjectInput) {
			in.ChecksumSHA256 = aws.String("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
		},
		"CRC32": func(in *s3.PutObjectInput) { in.ChecksumCRC32 = aws.String("AAAAAA==") },
	} {
		in := &s3.PutObjectInput{Bucket: aws.String(encryptedBucket), Key: v.key(algorithm), Body: strings.NewReader("content")}
		set(in)
		if _, err := v.client.PutObject(t.Context(), in); code(err) != "BadDigest" {
			t.Errorf("%s: %v", algorithm, err)
		}
		if _, err := os.Stat(v.file(algorithm)); !os.IsNotExist(err) {
			t.Errorf("%s: it is there: %v", algorithm, err)
		}
	}
}
