package main

import (
	"context"
	"io"

	"seaportal/internal/app"
	"seaportal/internal/config"
)

type aws struct {
	Policy awsPolicy `cmd:"" help:"Print the policy document with the rights that the portal needs, and no others."`
	Check  awsCheck  `cmd:"" help:"Make every call that the portal will make: exit 0, or 1 when a right is missing, with the statement that grants it."`
}

// awsPlace is what both commands are told.
type awsPlace struct {
	config.Cloud

	Region string   `help:"Region of the buckets." env:"SEA_REGION" default:"us-east-1"`
	Key    []string `help:"KMS key that the portal may use beside its own: a unit's custom key, or one of active storage; may be repeated." env:"SEA_AWS_KEY" placeholder:"ARN"`
	Number string   `name:"account" help:"Number of the AWS account; any unless given." env:"SEA_AWS_ACCOUNT" placeholder:"123456789012"`
}

func (p awsPlace) config(place config.Place) (config.Config, app.CloudRights) {
	cfg := config.Config{Place: place, Server: config.Server{Mode: config.AWS, Region: p.Region, Cloud: p.Cloud}}
	return cfg, app.CloudRights{Account: p.Number, Keys: p.Key}
}

type awsPolicy struct {
	awsPlace

	Bucket bool `help:"Print the policy of the SEA bucket instead, which says what it refuses to everybody." env:"SEA_AWS_BUCKET_POLICY"`
}

// Run prints the document.
func (p *awsPolicy) Run(stdout io.Writer, place config.Place) error {
	cfg, rights := p.config(place)
	rights.Bucket = p.Bucket
	return app.CloudPolicy(stdout, cfg, rights)
}

type awsCheck struct{ awsPlace }

// Run prints how each call ended.
func (c *awsCheck) Run(ctx context.Context, stdout io.Writer, place config.Place) error {
	cfg, rights := c.config(place)
	return app.CloudCheck(ctx, stdout, cfg, rights)
}
