package account

import (
	"context"
	"crypto/rand"
	"fmt"

	"github.com/alexedwards/argon2id"
)

// cost is what OWASP's Password Storage Cheat Sheet gives as its least for
// argon2id: 19 MiB, two passes, one lane. More memory would not fit a portal
// that idles below 80 MiB.
var cost = &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// hashers bounds how many passwords are hashed at once, and with that the
// memory, and how far parallel attempts can overshoot the rate limit.
const hashers = 2

// hasher makes and compares password hashes. Decoy is the hash that the
// password of an unknown e-mail is compared with, so that both take the same
// time.
type hasher struct {
	turns chan struct{}
	decoy string
}

func newHasher() (*hasher, error) {
	decoy, err := argon2id.CreateHash(rand.Text(), cost)
	if err != nil {
		return nil, fmt.Errorf("hash a decoy password: %w", err)
	}
	return &hasher{turns: make(chan struct{}, hashers), decoy: decoy}, nil
}

// turn waits until one may hash. Call the result when done.
func (h *hasher) turn(ctx context.Context) (func(), error) {
	select {
	case h.turns <- struct{}{}:
		return func() { <-h.turns }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("wait to hash a password: %w", ctx.Err())
	}
}

func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	done, err := h.turn(ctx)
	if err != nil {
		return "", err
	}
	defer done()
	hash, err := argon2id.CreateHash(password, cost)
	if err != nil {
		return "", fmt.Errorf("hash a password: %w", err)
	}
	return hash, nil
}

// matches compares within a turn that the caller holds. An empty hash is an
// unknown account: it costs the same and never matches.
func (h *hasher) matches(password, hash string) (bool, error) {
	known := hash != ""
	if !known {
		hash = h.decoy
	}
	match, err := argon2id.ComparePasswordAndHash(password, hash)
	if err != nil {
		return false, fmt.Errorf("compare a password: %w", err)
	}
	return match && known, nil
}
