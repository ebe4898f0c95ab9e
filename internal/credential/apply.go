package credential

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"seaportal/internal/history"
	"seaportal/internal/store"
	"seaportal/models"
)

// policyLease bounds how long one writing of a policy may take. Whoever is dead
// keeps others waiting that long.
const policyLease = 30 * time.Second

// applyPolicy writes the unit's inline policy as the database wants it. Writers
// of one unit's policy take turns, and each reads what is wanted in its turn: so
// the last one writes what was wanted last, and no slow one takes it back. More
// are keys that it names though no file rests under them yet.
func (s *Service) applyPolicy(ctx context.Context, unitID int64, more ...string) error {
	ctx, cancel := context.WithTimeout(ctx, policyLease)
	defer cancel()
	release, err := s.policyTurn(ctx, unitID)
	if err != nil {
		return err
	}
	defer release()
	unit, err := s.store.Unit(ctx, unitID)
	if err != nil {
		return err
	}
	if err := s.putPolicy(ctx, unit, more); err != nil {
		return err
	}
	return s.store.Tx(ctx, func(tx *store.Store) error {
		news, err := tx.PolicyApplied(ctx, unit)
		if err != nil || !news {
			return err
		}
		return history.Record(ctx, tx, history.Event{
			By: models.System, UnitID: unitID, Action: "unit.addresses_applied", ObjectKind: "business_unit", ObjectID: unitID,
			Summary: "Applied the allowed addresses to the credential set", Details: map[string]any{"allowed_addresses": unit.Allowed()},
		})
	})
}

// policyTurn waits until nobody else writes the unit's policy, and gives what
// ends the turn.
func (s *Service) policyTurn(ctx context.Context, unitID int64) (func(), error) {
	name, owner := fmt.Sprintf("policy/%d", unitID), rand.Text()
	err := s.until(ctx, func(ctx context.Context) (bool, error) {
		at := now()
		ours, err := s.store.AcquireLease(ctx, name, owner, at, at.Add(policyLease))
		return ours || err != nil, err
	})
	if err != nil {
		return nil, fmt.Errorf("wait to write the policy of business unit %d: %w", unitID, err)
	}
	return func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanUpTime)
		defer cancel()
		if err := s.store.ReleaseLease(ctx, name, owner); err != nil {
			s.log.WarnContext(ctx, "lease not released", slog.String("lease", name), slog.Any("error", err))
		}
	}, nil
}

func (s *Service) putPolicy(ctx context.Context, unit models.BusinessUnit, more []string) error {
	policy, err := s.wantedPolicy(ctx, unit, more...)
	if err != nil {
		return err
	}
	name := aws.String(unit.IAMUser())
	// A new user is not seen everywhere at once: NoSuchEntity means wait.
	err = s.until(ctx, func(ctx context.Context) (bool, error) {
		_, err := s.iam.PutUserPolicy(ctx, &iam.PutUserPolicyInput{
			UserName: name, PolicyName: aws.String(policyName), PolicyDocument: aws.String(policy),
		})
		return !hasCode(err, codeNone), err
	})
	if err != nil {
		return fmt.Errorf("put policy of IAM user %s: %w", *name, err)
	}
	return nil
}

// repairPolicy writes the policy of a unit again where IAM has another one than
// the portal wrote: somebody changed it by hand. It is recorded first.
func (s *Service) repairPolicy(ctx context.Context, unit models.BusinessUnit) error {
	found, err := s.policyOf(ctx, unit)
	if err != nil {
		return err
	}
	current, err := s.store.Unit(ctx, unit.ID)
	if err != nil {
		return err
	}
	wanted, err := s.wantedPolicy(ctx, current)
	if err != nil || current.PolicyPending() || current.SEAState != models.SEAEnabled || samePolicy(found, wanted) {
		return err
	}
	if sameButKeys(found, wanted) { // the portal's own, from before files came or went
		return s.EnsureUser(ctx, current)
	}
	err = s.store.Tx(ctx, func(tx *store.Store) error {
		return history.Record(ctx, tx, history.Event{
			By: models.System, UnitID: unit.ID, Action: "credentials.policy_repaired", ObjectKind: "business_unit", ObjectID: unit.ID,
			Summary: "Found another policy at the identity service than the portal's, and writes it again",
			Details: map[string]any{"iam_user": unit.IAMUser(), "found": found},
		})
	})
	if err != nil {
		return fmt.Errorf("record policy of %s: %w", unit.Slug, err)
	}
	s.log.WarnContext(ctx, "foreign policy replaced", slog.String("unit", unit.Slug))
	return s.EnsureUser(ctx, current)
}
