// Package slowhash owns how secrets are kept that people chose, passwords and
// PINs: as argon2id hashes (RFC 9106), whose one set of parameters stands here.
// It refuses to know accounts or links, and what a secret is for. Random tokens
// are long enough for sealed.Digest, which is quick.
package slowhash

import (
	"context"
	"fmt"

	"github.com/alexedwards/argon2id"
)

// cost is what OWASP's Password Storage Cheat Sheet gives as its least for
// argon2id: 19 MiB, two passes, one lane. A few at once
// already take more than an idle portal needs for itself.
var cost = &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// Of hashes a secret, in PHC text form with its salt and parameters. It takes
// 19 MiB for a moment: hold a turn.
func Of(secret string) (string, error) {
	hash, err := argon2id.CreateHash(secret, cost)
	if err != nil {
		return "", fmt.Errorf("hash with argon2id: %w", err)
	}
	return hash, nil
}

// Match tells whether a hash is of a secret. It costs what hashing costs.
func Match(secret, hash string) (bool, error) {
	match, err := argon2id.ComparePasswordAndHash(secret, hash)
	if err != nil {
		return false, fmt.Errorf("compare with an argon2id hash: %w", err)
	}
	return match, nil
}

// Turns bounds how many secrets are hashed at once, and with that the memory,
// and how far parallel attempts can overshoot a limit.
type Turns chan struct{}

// NewTurns gives so many turns at once.
func NewTurns(n int) Turns { return make(Turns, n) }

// Take waits until one may hash. Call the result when done.
func (t Turns) Take(ctx context.Context) (func(), error) {
	select {
	case t <- struct{}{}:
		return func() { <-t }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("wait to hash: %w", ctx.Err())
	}
}
