package embedded_test

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"seaportal/internal/embedded"
	"seaportal/models"
)

// with adds headers to a client's requests, as a proxy does: unsigned.
func with(headers map[string]string) func(*s3.Options) {
	add := middleware.FinalizeMiddlewareFunc("Unsigned", func(
		ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler,
	) (middleware.FinalizeOutput, middleware.Metadata, error) {
		if request, ok := in.Request.(*smithyhttp.Request); ok {
			for name, value := range headers {
				request.Header.Add(name, value)
			}
		}
		return next.HandleFinalize(ctx, in)
	})
	return func(o *s3.Options) {
		o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
			return stack.Finalize.Insert(add, "Signing", middleware.After)
		})
	}
}

func getWith(t *testing.T, client *s3.Client, bucket, key string, headers map[string]string) string {
	t.Helper()
	out, err := client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: &bucket, Key: &key}, with(headers))
	if err == nil {
		err = out.Body.Close()
	}
	return code(err)
}

const confined = `{"Version":"2012-10-17","Statement":[
{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::%s/*"},
{"Effect":"Deny","Action":["s3:*"],"Resource":"*","Condition":{"NotIpAddress":{"aws:SourceIp":["203.0.113.0/24"]}}}]}`

// confine lets a user in from 203.0.113.0/24 only.
func confine(t *testing.T, r *rig, name, bucket string) {
	t.Helper()
	_, err := r.iam(t).PutUserPolicy(t.Context(), &iam.PutUserPolicyInput{
		UserName: aws.String("sea-" + name), PolicyName: aws.String("sea"), PolicyDocument: aws.String(fmt.Sprintf(confined, bucket)),
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestNobodyForgesTheAddressThatPoliciesCompare(t *testing.T) {
	t.Parallel()
	r := shared(t)
	bucket := r.bucket(t, "forged")
	put(t, r.operator(t), bucket, "a", "x")
	key, secret := unitUser(t, r, "forged", bucket, "u")
	confine(t, r, "forged", bucket)
	client := r.s3(t, key, secret)
	for _, name := range []string{"X-Forwarded-For", "X-Real-Ip", "Forwarded", "True-Client-Ip", "Cf-Connecting-Ip", "X-Client-Ip", "X-Amz-Source-Ip"} {
		value := "203.0.113.7"
		if name == "Forwarded" {
			value = "for=203.0.113.7"
		}
		if got := getWith(t, client, bucket, "a", map[string]string{name: value}); got != "AccessDenied" {
			t.Errorf("with %s: %q", name, got)
		}
	}
}

func TestATrustedProxySaysWhomItSpeaksFor(t *testing.T) {
	r := start(t, t.TempDir(), func(c *embedded.Config) {
		c.Proxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("198.51.100.0/24")}
	})
	bucket := r.bucket(t, "proxied")
	put(t, r.operator(t), bucket, "a", "x")
	key, secret := unitUser(t, r, "proxied", bucket, "u")
	confine(t, r, "proxied", bucket)
	client := r.s3(t, key, secret) // on one connection: what one request says is not the next one's
	for _, try := range []struct{ forwarded, want string }{
		{"203.0.113.7", ""},
		{"", "AccessDenied"},
		{"192.0.2.1", "AccessDenied"},
		{"192.0.2.1, 203.0.113.7", ""},
		{"203.0.113.7, 192.0.2.1", "AccessDenied"}, // the first is what the client wrote
		{"203.0.113.7, 198.51.100.9", ""},          // a second proxy
		{"203.0.113.7, nonsense", "AccessDenied"},
		{"::ffff:203.0.113.7", ""},
	} {
		headers := map[string]string{}
		if try.forwarded != "" {
			headers["X-Forwarded-For"] = try.forwarded
		}
		if got := getWith(t, client, bucket, "a", headers); got != try.want {
			t.Errorf("%q: %q", try.forwarded, got)
		}
	}
	if _, err := client.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: &bucket, Key: aws.String("a")}); code(err) != "AccessDenied" {
		t.Errorf("delete: %v", err)
	}
}

// addresses waits until a key's addresses are in the database, and gives them.
func addresses(t *testing.T, r *rig, key string, want int) []models.IAMKeyAddress {
	t.Helper()
	late := time.After(10 * time.Second)
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for {
		seen, err := r.db.KeyAddresses(t.Context(), key)
		if err != nil {
			t.Fatal(err)
		}
		if len(seen) == want {
			return seen
		}
		select {
		case <-look.C:
		case <-late:
			t.Fatalf("seen %+v", seen)
		}
	}
}

func TestAddressesOfAKeyAreCountedFromWhatWasSigned(t *testing.T) {
	const mark = "only the portal knows"
	r := start(t, t.TempDir(), func(c *embedded.Config) {
		c.OwnMark, c.Proxies = mark, []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
	})
	bucket := r.bucket(t, "seen")
	put(t, r.operator(t), bucket, "u/a", "x")
	key, secret := unitUser(t, r, "seen", bucket, "u")
	client := r.s3(t, key, secret)
	from := func(address, key string) string {
		return getWith(t, client, bucket, key, map[string]string{"X-Forwarded-For": address})
	}
	getWith(t, client, bucket, "u/a", map[string]string{embedded.HeaderOwn: mark})
	getWith(t, r.s3(t, key, "a wrong secret"), bucket, "u/a", map[string]string{"X-Forwarded-For": "192.0.2.66"})
	got := []string{from("203.0.113.7", "u/a"), from("203.0.113.7", "u/a"), from("203.0.113.7", "u/none"), from("203.0.113.8", "other/a")}
	if got[0] != "" || got[1] != "" || got[2] != "NoSuchKey" || got[3] != "AccessDenied" {
		t.Fatalf("answers %v", got)
	}
	getWith(t, client, bucket, "u/a", map[string]string{embedded.HeaderOwn: "guessed", "X-Forwarded-For": "203.0.113.7"})
	addresses(t, r, key, 2)
	from("203.0.113.7", "u/a") // no news: written with the last ones
	stop(t, r)
	again := start(t, r.dir)
	seen := addresses(t, again, key, 2)
	for _, at := range seen {
		switch at.Address {
		case "203.0.113.7":
			if at.Requests != 5 || at.Refused != 0 || at.UsedAt == nil || at.FirstAt.After(at.LastAt) {
				t.Errorf("seen %+v", at)
			}
		case "203.0.113.8":
			if at.Requests != 1 || at.Refused != 1 || at.UsedAt != nil {
				t.Errorf("refused %+v", at)
			}
		default:
			t.Errorf("nobody signed from %s", at.Address)
		}
	}
	if seen, err := again.db.KeyAddresses(t.Context(), rootKey); err != nil || len(seen) != 0 {
		t.Errorf("the operator is counted: %v, %v", seen, err)
	}
}

func TestAnAnswerIsTheSameBehindTheCounting(t *testing.T) {
	t.Parallel()
	r := shared(t)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.server.S3Endpoint()+"/", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := r.http.RoundTrip(request)
	if err != nil || answer.StatusCode != http.StatusForbidden {
		t.Fatalf("unsigned: %v, %v", answer, err)
	}
	if err := answer.Body.Close(); err != nil {
		t.Error(err)
	}
}
