// Package demo owns the sample business unit: a week of telephone calls and
// chats with their metadata, two rules, a storage rate and an administrator. It
// makes them by the same operations that people use and puts the files through
// S3, so that a demo is the product and nothing else. It refuses to touch a unit
// that has rules: from then on it is somebody's.
package demo

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	"seaportal/internal/businessunit"
	"seaportal/internal/clock"
	"seaportal/internal/fault"
	"seaportal/internal/lifecycle"
	"seaportal/internal/rule"
	"seaportal/internal/rulebook"
	"seaportal/internal/usage"
	"seaportal/models"
)

// Slug is the sample unit's.
const Slug = "emea-contact-centre"

const (
	unitName = "EMEA Contact Centre"
	uploads  = 8 // in flight
)

// by is who the history names for what the demo makes.
var by = models.Actor{Kind: models.ActorSystem, Name: "Demo set-up"}

// Object is a file for active storage.
type Object struct {
	Bucket, Key, ContentType string
	Body                     []byte
	Metadata                 map[string]string
}

// Deps are the operations that the demo uses.
type Deps struct {
	Units  *businessunit.Service
	Rules  *rulebook.Service
	Engine *lifecycle.Engine
	Usage  *usage.Service
	// Clock is the life cycle's: rules start on its today.
	Clock clock.Clock
	// Put stores an object by S3.
	Put func(ctx context.Context, object Object) error
}

// Seed makes what is missing of the sample unit. It may be repeated, and
// interrupted: the files are the same each time, and the rules come last.
func Seed(ctx context.Context, d Deps) error {
	unit, err := d.unit(ctx)
	if err != nil {
		return fmt.Errorf("make the sample unit: %w", err)
	}
	if seeded, err := d.Rules.List(ctx, unit); err != nil || len(seeded) > 0 {
		return err
	}
	if err := d.upload(ctx, unit); err != nil {
		return fmt.Errorf("store sample files: %w", err)
	}
	for _, definition := range rules(d.Clock) {
		if _, err := d.Rules.Create(ctx, by, unit, definition); err != nil {
			return fmt.Errorf("make sample rules: %w", err)
		}
	}
	if err := d.price(ctx); err != nil {
		return fmt.Errorf("set a sample rate: %w", err)
	}
	return d.Engine.RequestRun(ctx, by, unit)
}

// price sets a storage rate where none was ever set.
func (d Deps) price(ctx context.Context) error {
	if known, err := d.Usage.Rates(ctx); err != nil || len(known) > 0 {
		return err
	}
	from := d.Usage.Today().MonthStart().String()
	return d.Usage.SetRate(ctx, by, usage.NewRate{Amount: "0.045", Currency: "EUR", From: from})
}

// unit gives the sample unit, enabled if it never was before.
func (d Deps) unit(ctx context.Context) (models.BusinessUnit, error) {
	unit, err := d.Units.BySlug(ctx, Slug)
	if fault.Is(err, fault.NotFound) {
		unit, err = d.Units.Create(ctx, by, businessunit.New{Name: unitName, Slug: Slug})
	}
	if err != nil || unit.HasLocation() {
		return unit, err
	}
	if err := d.Units.Enable(ctx, by, Slug); err != nil {
		return unit, err
	}
	return d.Units.BySlug(ctx, Slug)
}

// upload stores the files of the week before the unit was made, so that an
// interrupted demo goes on with the same ones.
func (d Deps) upload(ctx context.Context, unit models.BusinessUnit) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(uploads)
	for _, c := range contacts(unit.CreatedAt) {
		group.Go(func() error {
			object := c.object(unit.ActivePrefix)
			object.Bucket = unit.ActiveBucket
			return d.Put(ctx, object)
		})
	}
	return group.Wait()
}

func rules(life clock.Clock) []rule.Definition {
	today := rule.Day(life.Now())
	return []rule.Definition{
		{
			Name:        "Billing and claims calls for the quality partner",
			Description: "The partner listens to a sample of these calls every week.",
			StartDate:   today, MediaType: rule.CallRecording, Priority: 1, Action: rule.Copy, State: rule.On,
			Criteria: rule.Criteria{{Field: "skill", Operator: rule.AnyOf, Values: []string{"billing", "claims"}}},
		},
		{
			Name:        "Chats for the archive, but for complaints",
			Description: "Complaints stay with us until they are answered.",
			StartDate:   today, MediaType: rule.ChatTranscript, Priority: 1, Action: rule.Move, State: rule.On,
			Criteria: rule.Criteria{{Field: "disposition", Operator: rule.NoneOf, Values: []string{"complaint"}}},
		},
	}
}
