package objects_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"seaportal/internal/objects"
)

// Where a server ignores conditions, the client keeps them.
func TestLackingServersConditionsAreLookedAt(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	source := p.put("a", []byte("one"), s3.PutObjectInput{})
	client := p.Lacking(objects.Lacks{ConditionalCopy: true, ConditionalDelete: true})
	in := objects.CopyInput{SourceBucket: bucket, Source: source, Bucket: bucket, Key: p.prefix + "b", Mark: "1"}
	for i, want := range []objects.Reason{objects.None, objects.Precondition} {
		if _, err := client.Copy(t.Context(), in); objects.ReasonOf(err) != want {
			t.Errorf("copy %d: %v", i, err)
		}
	}
	for _, step := range []struct {
		etag string
		want objects.Reason
	}{{`"other"`, objects.Precondition}, {source.ETag, objects.None}, {source.ETag, objects.NotFound}} {
		if err := client.Delete(t.Context(), bucket, p.prefix+"a", step.etag); objects.ReasonOf(err) != step.want {
			t.Errorf("delete if %s: %v", step.etag, err)
		}
	}
	if err := client.Delete(t.Context(), bucket, p.prefix+"a", ""); err != nil {
		t.Errorf("delete without a condition: %v", err)
	}
}

func (p *place) tags(key string) string {
	p.Helper()
	out, err := p.s3.GetObjectTagging(p.Context(), &s3.GetObjectTaggingInput{Bucket: aws.String(bucket), Key: aws.String(p.prefix + key)})
	if err != nil {
		p.Fatal(err)
	}
	var all []string
	for _, tag := range out.TagSet {
		all = append(all, *tag.Key+"="+*tag.Value)
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

func (p *place) tag(key string, count int) {
	p.Helper()
	var all []types.Tag
	for i := range count {
		all = append(all, types.Tag{Key: aws.String(fmt.Sprintf("t%d", i)), Value: aws.String("a b+c")})
	}
	_, err := p.s3.PutObjectTagging(p.Context(), &s3.PutObjectTaggingInput{
		Bucket: aws.String(bucket), Key: aws.String(p.prefix + key), Tagging: &types.Tagging{TagSet: all},
	})
	if err != nil {
		p.Fatal(err)
	}
}

func TestACopyIsMarkedForExpiryBesideItsOwnTags(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	for count, want := range map[int]string{0: "sea-expire=yes", 1: "sea-expire=yes t0=a b+c", 10: ""} {
		from, to := fmt.Sprintf("from-%d", count), fmt.Sprintf("to-%d", count)
		source := p.put(from, []byte("one"), s3.PutObjectInput{})
		if count > 0 {
			p.tag(from, count)
		}
		in := objects.CopyInput{SourceBucket: bucket, Source: source, Bucket: bucket, Key: p.prefix + to, Mark: "1", Expire: true}
		if _, err := p.Copy(t.Context(), in); err != nil {
			t.Fatal(err)
		}
		if got := p.tags(to); want != "" && got != want || want == "" && (strings.Contains(got, "sea-expire") || strings.Count(got, "=") != 10) {
			t.Errorf("a copy of what has %d tags has %q", count, got)
		}
	}
}

func TestTheMarkOfExpiryIsTakenOffAndSetAgain(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.put("a", []byte("one"), s3.PutObjectInput{})
	p.tag("a", 1)
	for i, step := range []struct {
		expire bool
		want   string
	}{{true, "sea-expire=yes t0=a b+c"}, {true, "sea-expire=yes t0=a b+c"}, {false, "t0=a b+c"}, {false, "t0=a b+c"}} {
		if fits, err := p.TagExpiry(t.Context(), bucket, p.prefix+"a", step.expire); err != nil || !fits {
			t.Fatalf("step %d: %t, %v", i, fits, err)
		}
		if got := p.tags("a"); got != step.want {
			t.Errorf("step %d: %q", i, got)
		}
	}
	p.tag("a", 10)
	if fits, err := p.TagExpiry(t.Context(), bucket, p.prefix+"a", true); err != nil || fits {
		t.Errorf("beside ten tags: %t, %v", fits, err)
	}
	if _, err := p.TagExpiry(t.Context(), bucket, p.prefix+"none", false); objects.ReasonOf(err) != objects.NotFound {
		t.Errorf("what is not there: %v", err)
	}
}
