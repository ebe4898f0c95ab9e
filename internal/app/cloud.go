package app

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"seaportal/handlers"
	"seaportal/internal/config"
	"seaportal/internal/keys"
	"seaportal/internal/provision"
	"seaportal/internal/sealed"
)

// cloudProof is how long to wait between two proofs that a key is dead: Amazon's
// servers learn of a deletion one by one.
const cloudProof = 2 * time.Second

// cloud makes clients of storage that the portal does not run. Who it is there,
// the SDK's default chain says: environment, profile, role of the machine.
type cloud struct {
	config.Cloud
	region string
	base   aws.Config
}

func openCloud(ctx context.Context, cfg config.Config) (cloud, error) {
	base, err := awsconfig.LoadDefaultConfig(ctx, awsconfig.WithRegion(cfg.Region),
		// Not a client of our own: the SDK could not add AWS_CA_BUNDLE to it.
		awsconfig.WithHTTPClient(awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
			t.MaxIdleConns, t.MaxIdleConnsPerHost, t.IdleConnTimeout, t.ResponseHeaderTimeout = idleConns, idleConns, idleTime, answerTime
		})),
		awsconfig.WithRetryer(func() aws.Retryer {
			return retry.NewStandard(func(o *retry.StandardOptions) { o.MaxAttempts, o.MaxBackoff = maxAttempts, maxBackoff })
		}))
	if err != nil {
		return cloud{}, fmt.Errorf("find the portal's AWS credentials: %w", err)
	}
	if _, err := base.Credentials.Retrieve(ctx); err != nil {
		return cloud{}, fmt.Errorf("the portal has no AWS credentials: give its machine a role, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY: %w", err)
	}
	return cloud{Cloud: cfg.Cloud, region: cfg.Region, base: base}, nil
}

// s3At makes a client for an endpoint, empty for Amazon's. Flags alone decide
// which: an endpoint in the environment is about another program. Other servers
// have no host name for each bucket.
func (c cloud) s3At(base aws.Config, endpoint string) *s3.Client {
	return s3.NewFromConfig(base, func(o *s3.Options) {
		o.BaseEndpoint, o.UsePathStyle = given(endpoint), !c.Amazon()
	})
}

func given(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

func (c cloud) iam() *iam.Client {
	return iam.NewFromConfig(c.base, func(o *iam.Options) { o.BaseEndpoint = given(c.IAMEndpoint) })
}

// keys is who answers for keys; nil where nobody does and S3 was told of none.
func (c cloud) keys() keys.API {
	switch {
	case c.KMS():
		return kms.NewFromConfig(c.base, func(o *kms.Options) { o.BaseEndpoint = given(c.KMSEndpoint) })
	case c.KMSKey != "":
		return keys.Unasked{}
	}
	return nil
}

// as makes a client of somebody else, which opens a connection for each request.
func (c cloud) as(accessKeyID string, secret sealed.Plain) *s3.Client {
	base := c.base.Copy()
	base.Credentials = credentials.NewStaticCredentialsProvider(accessKeyID, secret.Reveal(), "")
	if buildable, ok := base.HTTPClient.(*awshttp.BuildableClient); ok {
		base.HTTPClient = buildable.WithTransportOptions(func(t *http.Transport) { t.DisableKeepAlives = true })
	}
	return c.s3At(base, c.S3Endpoint)
}

// endpoint is the URL of S3 as people are told it.
func (c cloud) endpoint(ctx context.Context) (string, error) {
	if c.S3Endpoint != "" {
		return strings.TrimSuffix(c.S3Endpoint, "/"), nil
	}
	at, err := s3.NewDefaultEndpointResolverV2().ResolveEndpoint(ctx, s3.EndpointParameters{Region: &c.region})
	if err != nil {
		return "", fmt.Errorf("find the S3 endpoint of --region %s: %w", c.region, err)
	}
	return at.URI.Scheme + "://" + at.URI.Host, nil
}

// place names what the portal works with there.
func (c cloud) place() provision.Place {
	return provision.Place{
		Region: c.region, Active: c.ActiveBuckets, SEA: c.SEABucket, KMS: c.KMS() || c.KMSKey != "", Key: c.KMSKey,
		Queue: c.queueARN(),
	}
}

func (c cloud) storage(endpoint string) provision.Storage {
	return provision.Storage{
		Place: c.place(), S3: c.s3At(c.base, c.S3Endpoint), Secure: strings.HasPrefix(endpoint, "https://"), Amazon: c.Amazon(),
	}
}

// openCloudStorage reaches storage that somebody else runs, with its SEA bucket
// ready.
func openCloudStorage(ctx context.Context, cfg config.Config) (storage, error) {
	c, err := openCloud(ctx, cfg)
	if err != nil {
		return storage{}, err
	}
	endpoint, err := c.endpoint(ctx)
	if err != nil {
		return storage{}, err
	}
	there := c.storage(endpoint)
	state, err := there.Prepare(ctx)
	if err != nil {
		return storage{}, err
	}
	active, sea := cfg.Cloud.Buckets()
	opened := storage{
		s3: there.S3, iam: c.iam(), as: c.as, signer: c.s3At(c.base, cfg.S3PublicURL),
		local: endpoint, public: publicURL(cfg.S3PublicURL, endpoint), region: cfg.Region, active: active, sea: sea,
		proofInterval: cloudProof, lacks: state.Lacks, backstop: state.Backstop,
		can: append(cloudCapabilities(state), c.hears()), checks: cloudChecks(state), queue: c.queue(), queueURL: c.EventsQueue,
		tryRights: func(ctx context.Context) (handlers.Rights, error) { return c.tryRights(ctx, there) },
		stop:      func(context.Context) error { return nil },
	}
	if cfg.S3PublicURL == "" {
		opened.signer = there.S3
	}
	if state.KMS {
		opened.kms, opened.oneKey, opened.permits = c.keys(), c.KMSKey, c.PermitsKeys()
	}
	return opened, nil
}
