package app

import (
	"crypto/tls"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

const (
	maxAttempts = 4
	maxBackoff  = 2 * time.Second // the life cycle has longer pauses of its own
	idleConns   = 64              // more than the requests that one unit has in flight
	idleTime    = 30 * time.Second
	answerTime  = 15 * time.Minute // until the first byte of an answer: a copy of 5 GiB on a slow disk
)

// settings are made by hand and not by the SDK's own search: a profile or an
// endpoint in the operator's environment is about another account.
func settings(region, endpoint string, as aws.CredentialsProvider, over *http.Client) aws.Config {
	return aws.Config{
		Region:       region,
		BaseEndpoint: aws.String(endpoint),
		Credentials:  as,
		HTTPClient:   over,
		Retryer: func() aws.Retryer {
			return retry.NewStandard(func(o *retry.StandardOptions) {
				o.MaxAttempts, o.MaxBackoff = maxAttempts, maxBackoff
			})
		},
	}
}

func s3Client(region, endpoint string, as aws.CredentialsProvider, over *http.Client) *s3.Client {
	return s3.NewFromConfig(settings(region, endpoint, as, over), func(o *s3.Options) {
		o.UsePathStyle = true
	})
}

func iamClient(region, endpoint string, as aws.CredentialsProvider, over *http.Client) *iam.Client {
	return iam.NewFromConfig(settings(region, endpoint, as, over))
}

// connections gives a client that keeps connections for the next request.
func connections(trust *tls.Config) *http.Client {
	return &http.Client{Transport: &http.Transport{
		MaxIdleConns: idleConns, MaxIdleConnsPerHost: idleConns, IdleConnTimeout: idleTime,
		ResponseHeaderTimeout: answerTime, TLSClientConfig: trust,
	}}
}

// fresh gives a client that opens a connection for each request.
func fresh(trust *tls.Config) *http.Client {
	return &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true, ResponseHeaderTimeout: answerTime, TLSClientConfig: trust,
	}}
}

// marked makes a client whose requests all carry a header.
func marked(client *http.Client, name, value string) *http.Client {
	client.Transport = marking{next: client.Transport, name: name, value: value}
	return client
}

type marking struct {
	next        http.RoundTripper
	name, value string
}

// RoundTrip sends the request with the header.
func (m marking) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set(m.name, m.value)
	return m.next.RoundTrip(r)
}
