package credential

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"seaportal/internal/fault"
	"seaportal/models"
)

// aKey is as long as the ARN of a key is: it stands for one that is not made
// yet.
const aKey = "arn:aws:kms:eu-central-1:000000000000:key/00000000-0000-0000-0000-000000000000"

// wantedPolicy is the policy document that the unit should have: of keys it
// names those that files rest under, and more.
func (s *Service) wantedPolicy(ctx context.Context, unit models.BusinessUnit, more ...string) (string, error) {
	keys, err := s.keysOf(ctx, unit, more...)
	if err != nil {
		return "", err
	}
	return Policy(Grant{Region: s.region, Bucket: *unit.SEABucket, Prefix: *unit.SEAPrefix, Allowed: unit.Allowed(), Keys: keys})
}

// keysOf gives the keys that a unit's policy names, sorted and each once; none
// where the server needs none.
func (s *Service) keysOf(ctx context.Context, unit models.BusinessUnit, more ...string) ([]string, error) {
	if s.keyARNs == nil {
		return nil, nil
	}
	keys, err := s.keyARNs(ctx, unit)
	if err != nil {
		return nil, fmt.Errorf("find the keys of %s: %w", unit.Slug, err)
	}
	keys = append(slices.Clone(keys), more...)
	slices.Sort(keys)
	return slices.Compact(keys), nil
}

// PermitKey lets a unit's set read what will rest under a key. Call it before
// the first file does: who reads then is not refused for a while. A unit without
// a location has no policy yet; it gets the key with that.
//
// Faults: Conflict when the policy has no room for another key; Unavailable when
// IAM did not do its part.
func (s *Service) PermitKey(ctx context.Context, unit models.BusinessUnit, arn string) error {
	if s.keyARNs == nil || !unit.HasLocation() {
		return nil
	}
	err := s.applyPolicy(ctx, unit.ID, arn)
	var long PolicyTooLong
	if errors.As(err, &long) {
		return fault.Wrap(fault.Conflict, err, fmt.Sprintf("The identity service takes a policy of %d characters, and with another key this one "+
			"would have %d: files rest under too many keys, or too many addresses are allowed. Wait until files under earlier keys are deleted, "+
			"or join addresses into ranges.", long.Limit, long.Length))
	}
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "The identity service did not let the credential set use this key, so nothing was changed. Try again in a minute.")
	}
	return nil
}

// PolicyFits tells whether IAM takes a unit's policy with these addresses, and
// with one more key: PolicyTooLong when it does not.
func (s *Service) PolicyFits(ctx context.Context, unit models.BusinessUnit, bucket, prefix string, allowed []string) error {
	keys, err := s.keysOf(ctx, unit, aKey)
	if err != nil {
		return err
	}
	_, err = Policy(Grant{Region: s.region, Bucket: bucket, Prefix: prefix, Allowed: allowed, Keys: keys})
	return err
}
