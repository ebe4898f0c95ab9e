package config

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// Mode is who answers S3, IAM and KMS.
type Mode string

// The modes.
const (
	Embedded Mode = "embedded" // this process, in the data directory
	AWS      Mode = "aws"      // Amazon, or servers that speak its APIs
)

// The buckets of the embedded storage.
const (
	EmbeddedActive = "active"
	EmbeddedSEA    = "sea"
)

// Cloud is what the portal is told of storage that it does not run itself.
type Cloud struct {
	ActiveBuckets []string `name:"active-bucket" help:"Bucket that holds files of business units; may be repeated, the first one is what new units get. aws mode." env:"SEA_ACTIVE_BUCKET" placeholder:"BUCKET"`
	SEABucket     string   `name:"sea-bucket" help:"Bucket that files are placed in, made where it is missing. aws mode." env:"SEA_SEA_BUCKET" placeholder:"BUCKET"`
	KMSKey        string   `name:"kms-key" help:"KMS key that every business unit's files are encrypted with, unless it has a custom one; without it the portal makes a key for each unit. aws mode." env:"SEA_KMS_KEY" placeholder:"ARN"`
	S3Endpoint    string   `name:"s3-endpoint" help:"URL of another S3 server than Amazon's. aws mode." env:"SEA_S3_ENDPOINT" placeholder:"URL"`
	IAMEndpoint   string   `name:"iam-endpoint" help:"URL of another IAM server than Amazon's. aws mode." env:"SEA_IAM_ENDPOINT" placeholder:"URL"`
	KMSEndpoint   string   `name:"kms-endpoint" help:"URL of another KMS server than Amazon's. aws mode." env:"SEA_KMS_ENDPOINT" placeholder:"URL"`
	EventsQueue   string   `name:"events-queue" help:"URL of the SQS queue by which S3 tells of changes; scans find them otherwise. aws mode." env:"SEA_EVENTS_QUEUE" placeholder:"URL"`
}

// Buckets gives the first bucket of active storage, which new units get, and
// the one that files are placed in.
func (c Cloud) Buckets() (active, sea string) {
	active = EmbeddedActive
	if len(c.ActiveBuckets) > 0 {
		active = c.ActiveBuckets[0]
	}
	return active, cmp.Or(c.SEABucket, EmbeddedSEA)
}

// Amazon tells whether S3 is Amazon's own, be it by another of its host names.
func (c Cloud) Amazon() bool { return c.S3Endpoint == "" || amazon(c.S3Endpoint) }

// KMS tells whether a key service answers the portal: another server's users
// and keys are not Amazon's.
func (c Cloud) KMS() bool { return c.KMSEndpoint != "" || c.Amazon() }

// PermitsKeys tells whether IAM decides who may use a key, as Amazon's does. Other
// servers' IAM knows no keys, and refuses policies that name them.
func (c Cloud) PermitsKeys() bool { return c.KMS() && (c.IAMEndpoint == "" || amazon(c.IAMEndpoint)) }

func amazon(endpoint string) bool {
	at, err := url.Parse(endpoint)
	if err != nil {
		return false
	}
	host := at.Hostname()
	return strings.HasSuffix(host, ".amazonaws.com") || strings.HasSuffix(host, ".amazonaws.com.cn")
}

// validateMode checks that flags and mode belong together.
func (c Config) validateMode() error {
	switch c.Mode {
	case Embedded, "":
		return c.validateEmbedded()
	case AWS:
		if c.ClockOffset != 0 {
			return errors.New("--clock-offset belongs to --mode embedded: it would delete what is not over yet")
		}
		return c.Cloud.Check()
	}
	return fmt.Errorf("--mode %q is neither embedded nor aws", c.Mode)
}

// validateEmbedded refuses what only another storage could follow. The name of
// its own bucket is no such thing: `storage env` sets it.
func (c Config) validateEmbedded() error {
	own := c.Cloud
	if slices.Equal(own.ActiveBuckets, []string{EmbeddedActive}) {
		own.ActiveBuckets = nil
	}
	for _, given := range []struct{ flag, value string }{
		{"--active-bucket", strings.Join(own.ActiveBuckets, ",")},
		{"--sea-bucket", own.SEABucket},
		{"--kms-key", own.KMSKey},
		{"--s3-endpoint", own.S3Endpoint},
		{"--iam-endpoint", own.IAMEndpoint},
		{"--kms-endpoint", own.KMSEndpoint},
		{"--events-queue", own.EventsQueue},
	} {
		if given.value != "" {
			return fmt.Errorf("%s belongs to --mode aws: the embedded storage has its own", given.flag)
		}
	}
	return nil
}

// Check checks what is told of storage in the aws mode. Each complaint is one
// line that names the flag. (Named Validate, it would be called by the parser of
// flags, whatever the mode.)
func (c Cloud) Check() error {
	if len(c.ActiveBuckets) == 0 || c.SEABucket == "" {
		return errors.New("--mode aws needs --active-bucket and --sea-bucket")
	}
	if slices.Contains(c.ActiveBuckets, c.SEABucket) {
		return fmt.Errorf("--active-bucket and --sea-bucket are both %s: files that are placed belong in a bucket of their own", c.SEABucket)
	}
	for _, endpoint := range []struct{ flag, url string }{
		{"--s3-endpoint", c.S3Endpoint}, {"--iam-endpoint", c.IAMEndpoint}, {"--kms-endpoint", c.KMSEndpoint},
	} {
		if err := validateURL(endpoint.flag, endpoint.url); err != nil {
			return err
		}
	}
	if !c.Amazon() && c.IAMEndpoint == "" {
		return errors.New("--s3-endpoint needs --iam-endpoint: Amazon's IAM makes no users for another S3 server")
	}
	if strings.HasPrefix(c.KMSKey, "arn:") && !strings.Contains(c.KMSKey, ":key/") {
		return fmt.Errorf("--kms-key %s is no key: give the key's own ARN, not an alias, which may come to mean another key", c.KMSKey)
	}
	if c.Amazon() && c.KMSKey != "" && !strings.HasPrefix(c.KMSKey, "arn:") {
		return fmt.Errorf("--kms-key %s is no ARN: write arn:aws:kms:REGION:ACCOUNT:key/ID", c.KMSKey)
	}
	if c.EventsQueue == "" {
		return nil
	}
	_, err := c.Queue("")
	return err
}
