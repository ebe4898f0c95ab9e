package account

import (
	"context"
	"crypto/rand"
	"fmt"

	"seaportal/internal/slowhash"
)

// hashers is how many passwords are hashed at once.
const hashers = 2

// hasher makes and compares password hashes. Decoy is the hash that the
// password of an unknown e-mail is compared with, so that both take the same
// time.
type hasher struct {
	turns slowhash.Turns
	decoy string
}

func newHasher() (*hasher, error) {
	decoy, err := slowhash.Of(rand.Text())
	if err != nil {
		return nil, fmt.Errorf("make a decoy password: %w", err)
	}
	return &hasher{turns: slowhash.NewTurns(hashers), decoy: decoy}, nil
}

// turn waits until one may hash. Call the result when done.
func (h *hasher) turn(ctx context.Context) (func(), error) { return h.turns.Take(ctx) }

func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	done, err := h.turn(ctx)
	if err != nil {
		return "", err
	}
	defer done()
	return slowhash.Of(password)
}

// matches compares within a turn that the caller holds. An empty hash is an
// unknown account: it costs the same and never matches.
func (h *hasher) matches(password, hash string) (bool, error) {
	known := hash != ""
	if !known {
		hash = h.decoy
	}
	match, err := slowhash.Match(password, hash)
	return match && known, err
}
