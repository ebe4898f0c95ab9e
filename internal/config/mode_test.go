package config_test

import (
	"strings"
	"testing"
	"time"

	"seaportal/internal/config"
)

func TestModeAndFlagsBelongTogether(t *testing.T) {
	t.Parallel()
	const key = "arn:aws:kms:eu-west-1:111122223333:key/1234"
	cloud := config.Cloud{ActiveBuckets: []string{"recordings", "mail"}, SEABucket: "external"}
	with := func(change func(*config.Cloud)) config.Server {
		c := cloud
		change(&c)
		return config.Server{Mode: config.AWS, Cloud: c}
	}
	for name, test := range map[string]struct {
		server config.Server
		want   string // part of the complaint; empty for none
	}{
		"Amazon":                    {with(func(*config.Cloud) {}), ""},
		"Amazon with a key":         {with(func(c *config.Cloud) { c.KMSKey = key }), ""},
		"another name of Amazon's":  {with(func(c *config.Cloud) { c.S3Endpoint = "https://s3-fips.us-east-1.amazonaws.com" }), ""},
		"another server":            {with(func(c *config.Cloud) { c.S3Endpoint, c.IAMEndpoint = "http://a.example:1", "http://b.example:2" }), ""},
		"another server with a key": {with(func(c *config.Cloud) { c.S3Endpoint, c.IAMEndpoint, c.KMSKey = "http://a:1", "http://b:2", "my-key" }), ""},
		"no buckets":                {config.Server{Mode: config.AWS}, "--active-bucket and --sea-bucket"},
		"no active bucket":          {with(func(c *config.Cloud) { c.ActiveBuckets = nil }), "--active-bucket"},
		"one bucket for both":       {with(func(c *config.Cloud) { c.SEABucket = "mail" }), "are both mail"},
		"no IAM":                    {with(func(c *config.Cloud) { c.S3Endpoint = "https://s3.example" }), "needs --iam-endpoint"},
		"not a URL":                 {with(func(c *config.Cloud) { c.KMSEndpoint = "kms.example" }), "--kms-endpoint"},
		"an alias":                  {with(func(c *config.Cloud) { c.KMSKey = "arn:aws:kms:eu-west-1:111122223333:alias/a" }), "alias"},
		"a bare id":                 {with(func(c *config.Cloud) { c.KMSKey = "1234" }), "is no ARN"},
		"a queue":                   {with(func(c *config.Cloud) { c.EventsQueue = "https://sqs.eu-west-1.amazonaws.com/111122223333/sea" }), ""},
		"another server's queue":    {with(func(c *config.Cloud) { c.EventsQueue = "http://127.0.0.1:9324/000000000000/sea" }), ""},
		"Amazon's queue by http":    {with(func(c *config.Cloud) { c.EventsQueue = "http://sqs.eu-west-1.amazonaws.com/111122223333/sea" }), "read by https"},
		"a FIFO queue":              {with(func(c *config.Cloud) { c.EventsQueue = "https://sqs.eu-west-1.amazonaws.com/111122223333/sea.fifo" }), "FIFO"},
		"a queue's ARN":             {with(func(c *config.Cloud) { c.EventsQueue = "arn:aws:sqs:eu-west-1:111122223333:sea" }), "--events-queue"},
		"no account":                {with(func(c *config.Cloud) { c.EventsQueue = "https://sqs.eu-west-1.amazonaws.com/sea" }), "--events-queue"},
		"a queue for itself":        {config.Server{Cloud: config.Cloud{EventsQueue: "https://sqs.eu-west-1.amazonaws.com/111122223333/sea"}}, "--events-queue belongs to --mode aws"},
		"a moved clock":             {config.Server{Mode: config.AWS, Cloud: cloud, ClockOffset: time.Hour}, "--clock-offset belongs to --mode embedded"},
		"another mode":              {config.Server{Mode: "azure"}, "--mode"},
		"embedded":                  {config.Server{Mode: config.Embedded}, ""},
		"its own bucket":            {config.Server{Cloud: config.Cloud{ActiveBuckets: []string{"active"}}}, ""},
		"another bucket":            {config.Server{Cloud: config.Cloud{ActiveBuckets: []string{"recordings"}}}, "--active-bucket belongs to --mode aws"},
		"a key of a KMS":            {config.Server{Cloud: config.Cloud{KMSKey: key}}, "--kms-key belongs to --mode aws"},
		"another server's IAM":      {config.Server{Cloud: config.Cloud{IAMEndpoint: "http://b.example"}}, "--iam-endpoint belongs to --mode aws"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.server.Listen, test.server.S3Listen = "127.0.0.1:8080", "127.0.0.1:9000"
			err := config.Config{Server: test.server}.Validate()
			if (err == nil) != (test.want == "") || (err != nil && !strings.Contains(err.Error(), test.want)) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

func TestOnlyTheEmbeddedStorageListens(t *testing.T) {
	t.Parallel()
	server := config.Server{
		Mode: config.AWS, Cloud: config.Cloud{ActiveBuckets: []string{"a"}, SEABucket: "b"}, Listen: "127.0.0.1:8080", S3Listen: "0.0.0.0:1",
	}
	if err := (config.Config{Server: server}).Validate(); err != nil {
		t.Errorf("a listener that is not opened: %v", err)
	}
}

func TestWhoAnswersForKeys(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		cloud                config.Cloud
		amazon, kms, permits bool
	}{
		"Amazon":                 {config.Cloud{}, true, true, true},
		"by name":                {config.Cloud{S3Endpoint: "https://s3.cn-north-1.amazonaws.com.cn", IAMEndpoint: "https://iam.cn-north-1.amazonaws.com.cn"}, true, true, true},
		"another":                {config.Cloud{S3Endpoint: "https://s3.amazonaws.com.evil.example"}, false, false, false},
		"another, with its keys": {config.Cloud{S3Endpoint: "http://a:1", KMSEndpoint: "http://a:2", IAMEndpoint: "http://a:3"}, false, true, false},
		"no URL":                 {config.Cloud{S3Endpoint: "%"}, false, false, false},
	} {
		if c := test.cloud; c.Amazon() != test.amazon || c.KMS() != test.kms || c.PermitsKeys() != test.permits {
			t.Errorf("%s: Amazon %t, KMS %t, permits %t", name, c.Amazon(), c.KMS(), c.PermitsKeys())
		}
	}
	if active, sea := (config.Cloud{}).Buckets(); active != "active" || sea != "sea" {
		t.Errorf("without flags the buckets are %s and %s", active, sea)
	}
}

func TestAQueueByItsURL(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]config.Queue{
		"https://sqs.eu-west-1.amazonaws.com/111122223333/sea":                     {Region: "eu-west-1"},
		"https://sqs-fips.us-east-1.amazonaws.com/111122223333/sea":                {Region: "us-east-1"},
		"https://sqs.cn-north-1.amazonaws.com.cn/111122223333/sea":                 {Region: "cn-north-1"},
		"https://vpce-0a1b2c-d3.sqs.eu-west-3.vpce.amazonaws.com/111122223333/sea": {Region: "eu-west-3"},
		"https://sqs.eu-west-1.amazonaws.com.evil.example/111122223333/sea":        {Region: "eu-north-1"},
		"http://127.0.0.1:9324/111122223333/sea":                                   {Region: "eu-north-1"},
	} {
		got, err := config.Cloud{EventsQueue: url}.Queue("eu-north-1")
		if err != nil || got.Region != want.Region || got.Account != "111122223333" || got.Name != "sea" || got.URL != url ||
			got.Endpoint+"/111122223333/sea" != url {
			t.Errorf("%s: %+v, %v", url, got, err)
		}
	}
}
