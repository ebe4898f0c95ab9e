package credential_test

import (
	"errors"
	"strings"
	"testing"

	"seaportal/internal/credential"
	"seaportal/internal/fault"
	"seaportal/internal/store"
	"seaportal/internal/store/storetest"
)

func TestANonceIsForOneFormOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := setUp(t, s)
		other := setUp(t, s)
		for name, nonce := range map[string]string{
			"none":            "",
			"made up":         "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
			"another purpose": b.nonce(t, ada, credential.PurposeRegenerate),
			"another user's":  b.nonce(t, grace, credential.PurposeGenerate),
			"another unit's":  other.nonce(t, ada, credential.PurposeGenerate),
		} {
			_, err := b.Generate(t.Context(), ada, b.unit, nonce)
			if !fault.Is(err, fault.Conflict) || !strings.Contains(fault.Message(err), "Open the page again") {
				t.Errorf("%s: %v", name, err)
			}
		}
		nonce := b.nonce(t, ada, credential.PurposeGenerate)
		if _, err := b.Generate(t.Context(), ada, b.unit, nonce); err != nil {
			t.Fatal(err)
		}
		_, err := b.Generate(t.Context(), ada, b.unit, nonce)
		if !fault.Is(err, fault.Conflict) || !errors.Is(err, credential.ErrSentBefore) {
			t.Errorf("sent twice: %v", err)
		}
		b.mustHold(t)
	})
}

func TestAnOldFormIsRefused(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	nonce := b.nonce(t, ada, credential.PurposeGenerate)
	db, err := b.store.SQL()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), "UPDATE nonces SET expires_at = created_at"); err != nil {
		t.Fatal(err)
	}
	_, err = b.Generate(t.Context(), ada, b.unit, nonce)
	if !fault.Is(err, fault.Conflict) || !strings.Contains(fault.Message(err), "too old") {
		t.Errorf("answered %v", err)
	}
}
