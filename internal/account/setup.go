package account

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"seaportal/internal/clock"
	"seaportal/internal/fault"
	"seaportal/internal/sealed"
	"seaportal/internal/store"
	"seaportal/models"
)

// setUpLifetime is how long a set-up link works; each start prints a new one.
const setUpLifetime = 24 * time.Hour

// errSetUpDone is the cause where an account exists already.
var errSetUpDone = errors.New("an account exists already")

// SetUpNeeded tells whether no account exists yet.
func (s *Service) SetUpNeeded(ctx context.Context) (bool, error) {
	count, err := s.store.CountUsers(ctx)
	return count == 0, err
}

// SetUpLink gives the token of a new set-up link, for whoever starts the
// portal. Links that were given before stop working. It returns fault.Conflict
// when an account exists.
func (s *Service) SetUpLink(ctx context.Context) (string, error) {
	token := rand.Text()
	now := clock.Real.Now()
	err := s.store.Tx(ctx, func(tx *store.Store) error {
		if err := unused(ctx, tx); err != nil {
			return err
		}
		return tx.ReplaceSetUpToken(ctx, sealed.Digest(token), now, now.Add(setUpLifetime))
	})
	if errors.Is(err, errSetUpDone) {
		return "", fault.Wrap(fault.Conflict, err, "The portal is set up already. Sign in.")
	}
	if err != nil {
		return "", err
	}
	return token, nil
}

// SetUpOpen tells whether a set-up link works; fault.NotFound where it does
// not.
func (s *Service) SetUpOpen(ctx context.Context, token string) error {
	if err := unused(ctx, s.store); err != nil {
		return linkGone(err)
	}
	return linkGone(s.store.SetUpToken(ctx, sealed.Digest(token), clock.Real.Now()))
}

// SetUp makes the first administrator and uses the link up. It returns
// fault.Invalid as Create does, which leaves the link working, and
// fault.NotFound for a link that does not work.
func (s *Service) SetUp(ctx context.Context, token, email, name, password, address string) (models.User, error) {
	if err := s.SetUpOpen(ctx, token); err != nil {
		return models.User{}, err
	}
	user, err := s.prepare(ctx, email, name, models.RoleAdministrator, password)
	if err != nil {
		return models.User{}, err
	}
	err = s.store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.UseSetUpToken(ctx, sealed.Digest(token), clock.Real.Now()); err != nil {
			return err
		}
		if err := unused(ctx, tx); err != nil {
			return err
		}
		by := models.Actor{Kind: models.ActorUser, Name: shown(user), Address: address}
		return insert(ctx, tx, by, &user)
	})
	return user, linkGone(err)
}

func unused(ctx context.Context, s *store.Store) error {
	count, err := s.CountUsers(ctx)
	if err == nil && count > 0 {
		return errSetUpDone
	}
	return err
}

func linkGone(err error) error {
	if errors.Is(err, errSetUpDone) || errors.Is(err, store.ErrStale) || fault.Is(err, fault.NotFound) {
		return fault.Wrap(fault.NotFound, err, "This page does not exist, or you may not see it.")
	}
	return err
}
