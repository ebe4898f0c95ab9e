package account

import (
	"context"
	"strings"
	"unicode/utf8"

	"seaportal/internal/clock"
	"seaportal/internal/fault"
	"seaportal/internal/history"
	"seaportal/internal/store"
	"seaportal/models"
)

// SignIn checks a password. An unknown e-mail, a disabled account and a wrong
// password take the same time and give the same fault.Invalid. It returns
// fault.Invalid with the fields email and password where one is empty, and
// fault.TooMany, caused by *limit.Reached, after too many failures of the e-mail or
// the address.
func (s *Service) SignIn(ctx context.Context, email, password, address string) (models.User, error) {
	email = normal(email)
	if err := present(email, password); err != nil {
		return models.User{}, err
	}
	// Asked before waiting for a turn, so that a flood is answered at once, and
	// again in the turn, where the attempts before this one have been counted.
	if err := s.attempts.allow(email, address, clock.Real.Now()); err != nil {
		return models.User{}, err
	}
	user, err := s.store.UserByEmail(ctx, email)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return models.User{}, err
	}
	match, err := s.try(ctx, user, email, password, address)
	if err != nil {
		return models.User{}, err
	}
	if !match {
		return models.User{}, s.refuse(ctx, user, address)
	}
	return user, s.store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.NoteSignIn(ctx, user.ID, clock.Real.Now()); err != nil {
			return err
		}
		return history.Record(ctx, tx, event(user, address, "user.signed_in", "Signed in"))
	})
}

func present(email, password string) error {
	var bad []fault.Field
	if email == "" {
		bad = append(bad, fault.Field{Name: "email", Msg: "Enter your e-mail address."})
	}
	switch {
	case password == "":
		bad = append(bad, fault.Field{Name: "password", Msg: "Enter your password."})
	case len(password) > maxPassword || !utf8.ValidString(password):
		bad = append(bad, fault.Field{Name: "password", Msg: "This cannot be a password: use at most 1,024 bytes of text."})
	}
	if len(email) > maxEmail || !utf8.ValidString(email) || strings.ContainsRune(email, 0) {
		bad = append(bad, fault.Field{Name: "email", Msg: "Enter an e-mail address such as name@example.com."})
	}
	return fault.BadInput(bad...)
}

func (s *Service) try(ctx context.Context, user models.User, email, password, address string) (bool, error) {
	done, err := s.passwords.turn(ctx)
	if err != nil {
		return false, err
	}
	defer done()
	if err := s.attempts.allow(email, address, clock.Real.Now()); err != nil {
		return false, err
	}
	match, err := s.passwords.matches(password, user.PasswordHash)
	if err != nil {
		return false, err
	}
	match = match && user.DisabledAt == nil
	if !match {
		s.attempts.failed(email, address, clock.Real.Now())
	}
	return match, nil
}

// refuse records the failure. What was typed as an unknown e-mail is not
// recorded: now and then it is a password.
func (s *Service) refuse(ctx context.Context, user models.User, address string) error {
	if s.attempts.rows.Allow() {
		failed := event(user, address, "user.sign_in_failed", "Tried to sign in with a wrong password")
		if user.ID == 0 {
			failed = history.Event{
				By:     models.Actor{Kind: models.ActorUser, Name: "somebody", Address: address},
				Action: failed.Action, ObjectKind: "user", Summary: "Tried to sign in with an unknown e-mail",
			}
		}
		err := s.store.Tx(ctx, func(tx *store.Store) error { return history.Record(ctx, tx, failed) })
		if err != nil {
			return err
		}
	}
	return fault.New(fault.Invalid, "E-mail or password is not right.")
}

// SignedOut records that a user ended a session.
func (s *Service) SignedOut(ctx context.Context, user models.User, address string) error {
	return s.store.Tx(ctx, func(tx *store.Store) error {
		return history.Record(ctx, tx, event(user, address, "user.signed_out", "Signed out"))
	})
}

func event(user models.User, address, action, summary string) history.Event {
	return history.Event{
		By: Actor(user, address), Action: action, ObjectKind: "user", ObjectID: user.ID, Summary: summary,
	}
}
