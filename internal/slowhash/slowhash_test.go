package slowhash_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"seaportal/internal/slowhash"
)

func TestAHashMatchesItsSecretOnly(t *testing.T) {
	t.Parallel()
	hash, err := slowhash.Of("4711")
	if err != nil || !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Fatal(hash, err)
	}
	for secret, want := range map[string]bool{"4711": true, "4712": false, "": false} {
		if match, err := slowhash.Match(secret, hash); err != nil || match != want {
			t.Errorf("%q: %t, %v", secret, match, err)
		}
	}
	if _, err := slowhash.Match("4711", "no hash"); err == nil {
		t.Error("no hash was read as one")
	}
}

func TestTurnsAreTakenAndGivenBack(t *testing.T) {
	t.Parallel()
	turns := slowhash.NewTurns(1)
	done, err := turns.Take(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := turns.Take(over); !errors.Is(err, context.Canceled) {
		t.Errorf("a second turn: %v", err)
	}
	done()
	if _, err := turns.Take(t.Context()); err != nil {
		t.Error(err)
	}
}
