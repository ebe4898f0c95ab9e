package embedded

import (
	"context"
	"log/slog"
	"maps"
	"strings"
	"sync"
	"time"

	"github.com/versity/versitygw/iamapi/iamerr"
	"github.com/versity/versitygw/iamapi/storage"

	"seaportal/internal/fault"
	"seaportal/internal/store"
	"seaportal/models"
)

const (
	// usageInterval is how often last uses are written. A crash loses what is
	// younger; AWS is coarser still.
	usageInterval = time.Minute
	// usageTimeout bounds one write of them.
	usageTimeout = 10 * time.Second
)

// keyUsage knows when each key was last used. Every S3 request reports a use,
// so they are kept in memory and written once a minute, in one transaction.
type keyUsage struct {
	db      *store.Store
	mu      sync.Mutex
	last    map[string]models.IAMKeyUse // since the start
	pending map[string]models.IAMKeyUse // not written yet
}

func newKeyUsage(db *store.Store) *keyUsage {
	return &keyUsage{db: db, last: map[string]models.IAMKeyUse{}, pending: map[string]models.IAMKeyUse{}}
}

func (u *keyUsage) record(keyID string, use models.IAMKeyUse) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.last[keyID], u.pending[keyID] = use, use
}

func (u *keyUsage) of(keyID string) (models.IAMKeyUse, bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	use, ok := u.last[keyID]
	return use, ok
}

func (u *keyUsage) forget(keyID string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.last, keyID)
	delete(u.pending, keyID)
}

// run writes once a minute until ctx ends, and then once more.
func (u *keyUsage) run(ctx context.Context, log *slog.Logger) {
	ticker := time.NewTicker(usageInterval)
	defer ticker.Stop()
	for ended := false; !ended; {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			ended = true
		}
		if err := u.write(context.WithoutCancel(ctx)); err != nil {
			log.WarnContext(ctx, "the last use of access keys was not written", "error", err)
		}
	}
}

// write writes what is pending. What fails is written the next time.
func (u *keyUsage) write(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, usageTimeout)
	defer cancel()
	u.mu.Lock()
	uses := u.pending
	u.pending = map[string]models.IAMKeyUse{}
	u.mu.Unlock()
	if len(uses) == 0 {
		return nil
	}
	err := u.db.RecordIAMKeyUses(ctx, uses)
	if err != nil {
		u.mu.Lock()
		defer u.mu.Unlock()
		maps.Copy(uses, u.pending) // the newer use wins
		u.pending = uses
	}
	return err
}

// RecordAccessKeyUsage notes a use of a key. It costs no query.
func (s *iamStore) RecordAccessKeyUsage(_ context.Context, keyID, service, region string, when time.Time) error {
	at := when.UTC().Truncate(time.Microsecond)
	s.usage.record(strings.Clone(keyID), models.IAMKeyUse{
		At: &at, Service: strings.Clone(service), Region: strings.Clone(region),
	})
	return nil
}

// GetAccessKeyLastUsed gives the last use of a key, to the microsecond.
func (s *iamStore) GetAccessKeyLastUsed(ctx context.Context, keyID string) (*storage.GetAccessKeyLastUsedOutput, error) {
	user, err := s.db.IAMUserByAccessKey(ctx, keyID)
	if fault.Is(err, fault.NotFound) {
		return nil, iamerr.NoSuchEntityAccessKey(keyID)
	}
	if err != nil {
		return nil, err
	}
	out := &storage.GetAccessKeyLastUsedOutput{UserName: user.Name}
	for _, key := range user.AccessKeys {
		if key.ID != keyID {
			continue
		}
		use := key.LastUse
		if newer, ok := s.usage.of(keyID); ok {
			use = newer
		}
		out.ServiceName, out.Region = use.Service, use.Region
		if use.At != nil {
			out.LastUsedDate = *use.At
		}
	}
	return out, nil
}
