package embedded_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/google/go-cmp/cmp"
)

// oddKeys are keys that XML or URLs make hard to carry.
var oddKeys = []string{
	"odd/ctrl\x01.wav", "odd/new\nline.wav", "odd/with space.wav", "odd/plus+plus.wav", "odd/per%2Fcent.wav", "odd/per%zz.wav",
	"odd/emoji 🎧.wav", `odd/quo"te's.wav`, "odd/<tag>&amp;.wav", "odd/not-utf8-\xff.wav", "odd/tab\tand\r.wav", "odd/ü~*().wav",
	"odd/deep\x02/er\x03/a.wav", "odd/deep\x02/b.wav", "odd/deep.wav", "odd/deep-er.wav", "odder/a.wav",
}

// decode undoes the encoding of a listing that says that it is encoded.
func decode(t *testing.T, encoding types.EncodingType, name *string) string {
	t.Helper()
	if encoding != types.EncodingTypeUrl {
		t.Fatalf("the listing says encoding %q", encoding)
	}
	text, err := url.QueryUnescape(aws.ToString(name))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// oddBucket makes a bucket that holds the odd keys, and gives them sorted.
func oddBucket(t *testing.T, name string) (client *s3.Client, bucket string, keys []string) {
	t.Helper()
	r := shared(t)
	bucket, client = r.bucket(t, name), r.operator(t)
	for _, key := range oddKeys {
		put(t, client, bucket, key, key)
	}
	return client, bucket, slices.Sorted(slices.Values(oddKeys))
}

func TestListingsCarryEveryKeyInByteOrder(t *testing.T) {
	t.Parallel()
	client, bucket, keys := oddBucket(t, "odd-listed")
	for _, prefix := range []string{"", "odd/", "odd/deep\x02/", "odd/ctrl\x01"} {
		var want []string
		for _, key := range keys {
			if strings.HasPrefix(key, prefix) {
				want = append(want, key)
			}
		}
		for _, size := range []int32{1, 2, 1000} {
			var got []string
			pages := s3.NewListObjectsV2Paginator(client, &s3.ListObjectsV2Input{
				Bucket: &bucket, Prefix: &prefix, MaxKeys: &size, EncodingType: types.EncodingTypeUrl,
			})
			for pages.HasMorePages() {
				page, err := pages.NextPage(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if shown := decode(t, page.EncodingType, page.Prefix); shown != prefix {
					t.Errorf("the prefix %q is shown as %q", prefix, shown)
				}
				for _, object := range page.Contents {
					got = append(got, decode(t, page.EncodingType, object.Key))
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("below %q, %d a page: %s", prefix, size, diff)
			}
		}
	}
}

func TestListingsCarryEveryCommonPrefix(t *testing.T) {
	t.Parallel()
	client, bucket, keys := oddBucket(t, "odd-prefixes")
	for _, test := range []struct{ prefix, delimiter string }{
		{"", "/"},
		{"odd/", "/"},
		{"odd/deep\x02/", "/"},
		{"odd/", "\x01"},
	} {
		want := map[string]bool{}
		for _, key := range keys {
			if rest, below := strings.CutPrefix(key, test.prefix); below {
				name, _, cut := strings.Cut(rest, test.delimiter)
				if name = test.prefix + name; cut {
					name += test.delimiter
				}
				want[name] = true
			}
		}
		got := map[string]bool{}
		pages := s3.NewListObjectsV2Paginator(client, &s3.ListObjectsV2Input{
			Bucket: &bucket, Prefix: &test.prefix, Delimiter: &test.delimiter, MaxKeys: aws.Int32(2), EncodingType: types.EncodingTypeUrl,
		})
		for pages.HasMorePages() {
			page, err := pages.NextPage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if shown := decode(t, page.EncodingType, page.Delimiter); shown != test.delimiter {
				t.Errorf("the delimiter %q is shown as %q", test.delimiter, shown)
			}
			for _, object := range page.Contents {
				got[decode(t, page.EncodingType, object.Key)] = true
			}
			for _, common := range page.CommonPrefixes {
				got[decode(t, page.EncodingType, common.Prefix)] = true
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("below %q by %q: %s", test.prefix, test.delimiter, diff)
		}
	}
}

func TestTheOldListingCarriesEveryKeyAndMarker(t *testing.T) {
	t.Parallel()
	client, bucket, keys := oddBucket(t, "odd-old")
	var got []string
	for marker, more := "", true; more; {
		page, err := client.ListObjects(t.Context(), &s3.ListObjectsInput{
			Bucket: &bucket, Marker: &marker, MaxKeys: aws.Int32(2), EncodingType: types.EncodingTypeUrl,
		})
		if err != nil {
			t.Fatal(err)
		}
		if shown := decode(t, page.EncodingType, page.Marker); shown != marker {
			t.Errorf("the marker %q is shown as %q", marker, shown)
		}
		for _, object := range page.Contents {
			got = append(got, decode(t, page.EncodingType, object.Key))
		}
		marker, more = decode(t, page.EncodingType, page.NextMarker), aws.ToBool(page.IsTruncated)
	}
	if diff := cmp.Diff(keys, got); diff != "" {
		t.Error(diff)
	}
}

func TestStartAfterAndPlainListingsStay(t *testing.T) {
	t.Parallel()
	client, bucket, keys := oddBucket(t, "odd-plain")
	after := "odd/ctrl\x01.wav"
	page, err := client.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{
		Bucket: &bucket, StartAfter: &after, MaxKeys: aws.Int32(1), EncodingType: types.EncodingTypeUrl,
	})
	if err != nil {
		t.Fatal(err)
	}
	next := keys[slices.Index(keys, after)+1]
	if got := decode(t, page.EncodingType, page.Contents[0].Key); got != next {
		t.Errorf("after %q comes %q, want %q", after, got, next)
	}
	if shown := decode(t, page.EncodingType, page.StartAfter); shown != after {
		t.Errorf("start-after is shown as %q", shown)
	}
	if page.ContinuationToken != nil {
		t.Errorf("a continuation token that nobody sent: %q", *page.ContinuationToken)
	}
	plain, err := client.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: &bucket, Prefix: aws.String("odd/with")})
	if err != nil {
		t.Fatal(err)
	}
	if key := aws.ToString(plain.Contents[0].Key); key != "odd/with space.wav" || plain.EncodingType != "" {
		t.Errorf("not asked to encode: %q, encoding %q", key, plain.EncodingType)
	}
}

func TestListingsRefuseWhatTheyDoNotKnow(t *testing.T) {
	t.Parallel()
	r := shared(t)
	bucket, client := r.bucket(t, "odd-refused"), r.operator(t)
	_, err := client.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: &bucket, EncodingType: "base64"})
	if code(err) != "InvalidArgument" {
		t.Errorf("another encoding: %v", err)
	}
	_, err = client.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: &bucket, ContinuationToken: aws.String("not ours!")})
	if code(err) != "InvalidArgument" {
		t.Errorf("another server's token: %v", err)
	}
}

func TestUploadListingsCarryEveryKey(t *testing.T) {
	t.Parallel()
	r := shared(t)
	bucket, client := r.bucket(t, "odd-uploads"), r.operator(t)
	key := "odd/ctrl\x01 +.wav"
	if _, err := client.CreateMultipartUpload(t.Context(), &s3.CreateMultipartUploadInput{Bucket: &bucket, Key: &key}); err != nil {
		t.Fatal(err)
	}
	page, err := client.ListMultipartUploads(t.Context(), &s3.ListMultipartUploadsInput{Bucket: &bucket, EncodingType: types.EncodingTypeUrl})
	if err != nil {
		t.Fatal(err)
	}
	if got := decode(t, page.EncodingType, page.Uploads[0].Key); got != key {
		t.Errorf("%q is listed as %q", key, got)
	}
}
