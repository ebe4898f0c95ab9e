package embedded

import (
	"context"
	"log/slog"
	"strings"
	"sync"

	"github.com/versity/versitygw/iamapi/iamerr"
	"github.com/versity/versitygw/iamapi/storage"
	"github.com/versity/versitygw/iamapi/types"

	"seaportal/internal/fault"
	"seaportal/internal/keyring"
	"seaportal/internal/store"
	"seaportal/models"
)

// iamStore keeps the IAM service's users, policies and access keys in the
// portal's database, secrets sealed, with AWS's limits. It has no roles, OIDC
// providers, sessions or tags: see refusals.
//
// Mutations take turns, so that a limit is checked and used up in one step;
// one process has the database's IAM tables to itself. Each drops the cache
// before it is answered, which makes revocation immediate.
type iamStore struct {
	refusals
	db    *store.Store
	keys  *keyring.Ring
	log   *slog.Logger
	turn  sync.Mutex
	cache *userCache
	usage *keyUsage
}

var _ storage.Storer = (*iamStore)(nil)

func newIAMStore(db *store.Store, keys *keyring.Ring, log *slog.Logger) *iamStore {
	return &iamStore{db: db, keys: keys, log: log, cache: newUserCache(), usage: newKeyUsage(db)}
}

// change runs one mutation of the user of that name. What act returns is the
// answer, whether or not it changed something.
func (s *iamStore) change(ctx context.Context, name string, act func(user models.IAMUser) error) error {
	s.turn.Lock()
	defer s.turn.Unlock()
	user, err := s.user(ctx, name)
	if err != nil {
		return err
	}
	defer s.cache.drop()
	return act(user)
}

// user reads a user by name; NoSuchEntity when there is none.
func (s *iamStore) user(ctx context.Context, name string) (models.IAMUser, error) {
	user, err := s.db.IAMUser(ctx, folded(name))
	if fault.Is(err, fault.NotFound) {
		return models.IAMUser{}, iamerr.NoSuchEntityUser(name)
	}
	return user, err
}

// folded is the name under which names that differ by case only are one.
func folded(name string) string { return strings.ToLower(name) }

// plainUser gives IAM's form of a user, without policies and keys.
func plainUser(user models.IAMUser) types.User {
	return types.User{
		Path: user.Path, UserName: user.Name, UserID: user.ID, Arn: user.ARN, CreateDate: user.CreatedAt,
	}
}

// wholeUser gives IAM's form of a user, with the secrets opened.
func (s *iamStore) wholeUser(ctx context.Context, user models.IAMUser) (*types.User, error) {
	whole := plainUser(user)
	for _, policy := range user.Policies {
		whole.Policies.Inline = append(whole.Policies.Inline, policyEntry(policy))
	}
	for _, key := range user.AccessKeys {
		secret, err := s.keys.Open(ctx, key.Secret, key.SealedBy, key.SealedFor())
		if err != nil {
			return nil, err
		}
		whole.AccessKeys = append(whole.AccessKeys, types.AccessKeyEntry{
			AccessKeyId: key.ID, SecretAccessKey: secret.Reveal(), Status: key.Status, CreateDate: key.CreatedAt,
		})
	}
	return &whole, nil
}

// page gives the items after marker, at most limit (0: all), and the marker of
// the next page, empty on the last one. Items are in the order of their names.
func page[T any](items []T, name func(T) string, marker string, limit int32) (window []T, next string) {
	if marker != "" {
		start := 0
		for start < len(items) && name(items[start]) <= marker {
			start++
		}
		items = items[start:]
	}
	if limit > 0 && int(limit) < len(items) {
		items = items[:limit]
		next = name(items[limit-1])
	}
	return items, next
}
