package embedded_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/google/go-cmp/cmp"
)

// race runs do in 16 goroutines at once and counts the error codes.
func race(do func(i int) error) map[string]int {
	var wg sync.WaitGroup
	codes := make([]string, racers)
	begin := make(chan struct{})
	for i := range racers {
		wg.Go(func() {
			<-begin
			codes[i] = code(do(i))
		})
	}
	close(begin)
	wg.Wait()
	counts := map[string]int{}
	for _, c := range codes {
		counts[c]++
	}
	return counts
}

func TestConditionalCopyHasOneWinner(t *testing.T) {
	t.Parallel()
	r := shared(t)
	bucket, client := r.bucket(t, "copies"), r.operator(t)
	for i := range racers {
		put(t, client, bucket, fmt.Sprintf("from/%d", i), fmt.Sprintf("content %d", i))
	}
	for round := range 5 {
		target := fmt.Sprintf("to/%d", round)
		got := race(func(i int) error {
			_, err := client.CopyObject(t.Context(), &s3.CopyObjectInput{
				Bucket: &bucket, Key: &target, IfNoneMatch: aws.String("*"),
				CopySource: aws.String(fmt.Sprintf("%s/from/%d", bucket, i)),
			})
			return err
		})
		if diff := cmp.Diff(map[string]int{"": 1, "PreconditionFailed": racers - 1}, got); diff != "" {
			t.Error(diff)
		}
	}
	_, err := client.CopyObject(t.Context(), &s3.CopyObjectInput{
		Bucket: &bucket, Key: aws.String("to/0"), IfMatch: aws.String(`"0123"`), CopySource: aws.String(bucket + "/from/0"),
	})
	if code(err) != "PreconditionFailed" {
		t.Errorf("copy over another ETag: %v", err)
	}
}

func TestConditionalCopyAndPutShareOneWinner(t *testing.T) {
	t.Parallel()
	r := shared(t)
	bucket, client := r.bucket(t, "mixed"), r.operator(t)
	put(t, client, bucket, "from", "x")
	for round := range 5 {
		target := fmt.Sprintf("to/%d", round)
		got := race(func(i int) error {
			if i%2 == 0 {
				_, err := client.CopyObject(t.Context(), &s3.CopyObjectInput{
					Bucket: &bucket, Key: &target, IfNoneMatch: aws.String("*"), CopySource: aws.String(bucket + "/from"),
				})
				return err
			}
			_, err := client.PutObject(t.Context(), &s3.PutObjectInput{
				Bucket: &bucket, Key: &target, IfNoneMatch: aws.String("*"), Body: strings.NewReader("y"),
			})
			return err
		})
		if diff := cmp.Diff(map[string]int{"": 1, "PreconditionFailed": racers - 1}, got); diff != "" {
			t.Error(diff)
		}
	}
}

func TestDeletionSparesWhatHasAnotherETag(t *testing.T) {
	t.Parallel()
	r := shared(t)
	bucket, client := r.bucket(t, "deletions"), r.operator(t)
	old := put(t, client, bucket, "a", "old").ETag
	put(t, client, bucket, "a", "new")
	remove := func(key string, etag *string) error {
		_, err := client.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: &bucket, Key: &key, IfMatch: etag})
		return err
	}
	if err := remove("a", old); code(err) != "PreconditionFailed" {
		t.Errorf("delete with the old ETag: %v", err)
	}
	if err := get(t, client, bucket, "a"); err != nil {
		t.Errorf("the new content is gone: %v", err)
	}
	if err := remove("none", aws.String("*")); code(err) != "PreconditionFailed" {
		t.Errorf("delete of nothing if there is something: %v", err)
	}
	if err := remove("a", aws.String("*")); err != nil {
		t.Errorf("delete with any ETag: %v", err)
	}
	if err := remove("a", nil); err != nil {
		t.Errorf("delete of nothing: %v", err)
	}
}

// A writer and a remover that both name the ETag that they have seen must
// never both succeed.
func TestDeletionAndOverwriteExcludeEachOther(t *testing.T) {
	t.Parallel()
	r := shared(t)
	bucket, client := r.bucket(t, "exclusion"), r.operator(t)
	for round := range 10 {
		key := fmt.Sprintf("k/%d", round)
		seen := put(t, client, bucket, key, "seen").ETag
		got := race(func(i int) error {
			if i%2 == 0 {
				_, err := client.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: &bucket, Key: &key, IfMatch: seen})
				return err
			}
			_, err := client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &bucket, Key: &key, IfMatch: seen, Body: strings.NewReader(key)})
			return err
		})
		// Once it is gone, removing it again is a success, as on AWS.
		want := map[string]int{"": racers / 2, "NoSuchKey": racers / 2}
		if get(t, client, bucket, key) == nil {
			want = map[string]int{"": 1, "PreconditionFailed": racers - 1}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("round %d: %s", round, diff)
		}
	}
}

func TestBatchDeletionChecksEachETag(t *testing.T) {
	t.Parallel()
	r := shared(t)
	bucket, client := r.bucket(t, "batch"), r.operator(t)
	right, wrong := put(t, client, bucket, "d/right", "1").ETag, aws.String(`"0123"`)
	put(t, client, bucket, "d/wrong", "2")
	put(t, client, bucket, "d/any", "3")
	objects := []types.ObjectIdentifier{
		{Key: aws.String("d/right"), ETag: right},
		{Key: aws.String("d/wrong"), ETag: wrong},
		{Key: aws.String("d/any")},
		{Key: aws.String("d/none")},
	}
	out, err := client.DeleteObjects(t.Context(), &s3.DeleteObjectsInput{Bucket: &bucket, Delete: &types.Delete{Objects: objects}})
	if err != nil {
		t.Fatal(err)
	}
	var deleted []string
	for _, object := range out.Deleted {
		deleted = append(deleted, *object.Key)
	}
	slices.Sort(deleted)
	if diff := cmp.Diff([]string{"d/any", "d/none", "d/right"}, deleted); diff != "" {
		t.Error(diff)
	}
	if len(out.Errors) != 1 || *out.Errors[0].Key != "d/wrong" || *out.Errors[0].Code != "PreconditionFailed" {
		t.Errorf("errors: %+v", out.Errors)
	}
	if heard := r.heard(bucket, "d/"); len(heard) != 5 {
		t.Errorf("three creations and two deletions, heard %+v", heard)
	}
}
