package objects

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// CounterfoilArgument is the query argument that carries a presigned URL's counterfoil. S3
// ignores arguments that begin with x- (Amazon S3 User Guide, "Amazon S3 server
// access log format", custom access log information), and the signature covers
// them.
const CounterfoilArgument = "x-sea-counterfoil"

// PresignOptions say how a presigned GET answers. Empty fields leave what the
// object itself has. TTL is at most 7 days (AWS Signature Version 4). Counterfoil
// marks the URL, so that what is fetched by it is told from other fetches.
type PresignOptions struct {
	TTL                time.Duration
	ContentDisposition string
	ContentType        string
	Counterfoil        string
}

// PresignGet signs a URL that fetches one object for a while. No request is
// made. The URL is a credential: never log it.
func (c *Client) PresignGet(ctx context.Context, bucket, key string, opt PresignOptions) (string, error) {
	in := &s3.GetObjectInput{Bucket: &bucket, Key: &key}
	if opt.ContentDisposition != "" {
		in.ResponseContentDisposition = &opt.ContentDisposition
	}
	if opt.ContentType != "" {
		in.ResponseContentType = &opt.ContentType
	}
	signed, err := c.presign.PresignGetObject(ctx, in, s3.WithPresignExpires(opt.TTL), withCounterfoil(opt.Counterfoil))
	if err != nil {
		return "", fmt.Errorf("presign %s/%q: %w", bucket, key, err)
	}
	return signed.URL, nil
}

// withCounterfoil adds a counterfoil to the query before it is signed.
func withCounterfoil(counterfoil string) func(*s3.PresignOptions) {
	return func(o *s3.PresignOptions) {
		if counterfoil == "" {
			return
		}
		argument := url.QueryEscape(CounterfoilArgument) + "=" + url.QueryEscape(counterfoil)
		add := middleware.BuildMiddlewareFunc("Counterfoil", func(
			ctx context.Context, in middleware.BuildInput, next middleware.BuildHandler,
		) (middleware.BuildOutput, middleware.Metadata, error) {
			if request, ok := in.Request.(*smithyhttp.Request); ok {
				request.URL.RawQuery = smithyhttp.JoinRawQuery(request.URL.RawQuery, argument)
			}
			return next.HandleBuild(ctx, in)
		})
		o.ClientOptions = append(o.ClientOptions, s3.WithAPIOptions(func(stack *middleware.Stack) error {
			return stack.Build.Add(add, middleware.After)
		}))
	}
}
