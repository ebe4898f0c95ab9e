// Package account owns who may use the portal: local users, their passwords,
// their roles and what each role may do, and the one-time link that makes the
// first administrator. It knows nothing of HTTP or sessions, keeps passwords
// as argon2id hashes only, and refuses to say whether an e-mail is known.
package account

import (
	"context"
	"fmt"

	"seaportal/internal/clock"
	"seaportal/internal/fault"
	"seaportal/internal/history"
	"seaportal/internal/store"
	"seaportal/models"
)

// Service is the operations on accounts. Make it with New.
type Service struct {
	store     *store.Store
	passwords *hasher
	attempts  *attempts
}

// New makes the service. Rate limits are per process and start empty.
func New(s *store.Store) (*Service, error) {
	passwords, err := newHasher()
	if err != nil {
		return nil, err
	}
	return &Service{store: s, passwords: passwords, attempts: newAttempts()}, nil
}

// User gives the account behind a session. It returns fault.Unauthenticated
// for one that is gone or disabled.
func (s *Service) User(ctx context.Context, id int64) (models.User, error) {
	user, err := s.store.User(ctx, id)
	if fault.Is(err, fault.NotFound) || err == nil && user.DisabledAt != nil {
		return models.User{}, fault.New(fault.Unauthenticated, "Sign in to go on.")
	}
	return user, err
}

// Actor is the user as the history records it. Address is the IP address of
// the request.
func Actor(user models.User, address string) models.Actor {
	return models.Actor{Kind: models.ActorUser, ID: user.ID, Name: shown(user), Address: address}
}

// shown is a user's name where it is known, else the e-mail.
func shown(user models.User) string {
	if user.Name != "" {
		return user.Name
	}
	return user.Email
}

// Create makes an account. It returns fault.Invalid with the fields email,
// name, role and password; a taken e-mail is a bad email.
func (s *Service) Create(
	ctx context.Context, by models.Actor, email, name string, role models.Role, password string,
) (models.User, error) {
	user, err := s.prepare(ctx, email, name, role, password)
	if err != nil {
		return models.User{}, err
	}
	err = s.store.Tx(ctx, func(tx *store.Store) error { return insert(ctx, tx, by, &user) })
	return user, taken(err)
}

// prepare validates and hashes outside of any transaction: hashing is slow on
// purpose.
func (s *Service) prepare(
	ctx context.Context, email, name string, role models.Role, password string,
) (models.User, error) {
	email, name = normal(email), trim(name)
	if err := check(email, name, role, password); err != nil {
		return models.User{}, err
	}
	hash, err := s.passwords.hash(ctx, password)
	now := clock.Real.Now()
	return models.User{
		Email: email, Name: name, Role: role, PasswordHash: hash, CreatedAt: now, UpdatedAt: now,
	}, err
}

func insert(ctx context.Context, tx *store.Store, by models.Actor, user *models.User) error {
	if err := tx.CreateUser(ctx, user); err != nil {
		return err
	}
	return history.Record(ctx, tx, history.Event{
		By: by, Action: "user.created", ObjectKind: "user", ObjectID: user.ID,
		Summary: fmt.Sprintf("Created the account %s as %s", user.Email, user.Role),
		Details: map[string]any{"email": user.Email, "role": user.Role},
	})
}

func taken(err error) error {
	if fault.Is(err, fault.Conflict) {
		return fault.BadInput(fault.Field{Name: "email", Msg: "This e-mail has an account already."})
	}
	return err
}

// ResetPassword gives an account a new password and ends all its sessions. It
// returns fault.NotFound for an unknown e-mail and fault.Invalid for a bad
// password.
func (s *Service) ResetPassword(ctx context.Context, by models.Actor, email, password string) error {
	user, err := s.store.UserByEmail(ctx, normal(email))
	if err != nil {
		return err
	}
	if msg := passwordComplaint(password, user.Email); msg != "" {
		return fault.BadInput(fault.Field{Name: "password", Msg: msg})
	}
	hash, err := s.passwords.hash(ctx, password)
	if err != nil {
		return err
	}
	return s.store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.SetPasswordHash(ctx, user.ID, hash, clock.Real.Now()); err != nil {
			return err
		}
		if err := tx.DeleteSessionsOf(ctx, user.ID); err != nil {
			return err
		}
		return history.Record(ctx, tx, history.Event{
			By: by, Action: "user.password_reset", ObjectKind: "user", ObjectID: user.ID,
			Summary: "Reset the password of " + user.Email + " and ended its sessions",
		})
	})
}
