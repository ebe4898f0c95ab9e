package embedded

import (
	"slices"
	"sync"

	"github.com/versity/versitygw/iamapi/types"
)

// userCache keeps users by access key id, with their secrets opened, so that a
// request costs no query. It is dropped whole on each mutation: there are few.
type userCache struct {
	mu         sync.RWMutex
	generation uint64 // counts the drops
	byKey      map[string]*types.User

	excerpts excerpts    // of the users' policies
	signing  signingKeys // of the users' secrets
}

func newUserCache() *userCache { return &userCache{byKey: map[string]*types.User{}} }

// user gives the owner of a key, nil when it is not here, and the generation
// that remember asks for.
func (c *userCache) user(keyID string) (*types.User, uint64) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	user, ok := c.byKey[keyID]
	if !ok {
		return nil, c.generation
	}
	return copyUser(user), c.generation
}

// remember keeps what was read for a key, unless something changed since the
// generation was asked for: then what was read may be what was before.
func (c *userCache) remember(generation uint64, keyID string, user *types.User) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if generation == c.generation {
		c.byKey[keyID] = copyUser(user)
	}
}

// drop forgets everything, also what is being read at the moment.
func (c *userCache) drop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.generation++
	clear(c.byKey)
	c.excerpts.drop()
	c.signing.drop()
}

// copyUser makes a user that the caller may change.
func copyUser(user *types.User) *types.User {
	own := *user
	own.AccessKeys = slices.Clone(user.AccessKeys)
	own.Policies.Inline = slices.Clone(user.Policies.Inline)
	return &own
}
