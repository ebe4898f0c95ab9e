package store_test

import (
	"errors"
	"testing"
	"time"

	"seaportal/internal/fault"
	"seaportal/internal/store"
	"seaportal/internal/store/storetest"
	"seaportal/models"
)

func TestANonceIsUsedOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		now := instant(0)
		nonce := models.Nonce{Hash: "h", Purpose: "p", UserID: 1, UnitID: 2, CreatedAt: *now, ExpiresAt: now.Add(time.Hour)}
		if err := s.InsertNonce(t.Context(), nonce); err != nil {
			t.Fatal(err)
		}
		if err := s.UseNonce(t.Context(), "h", *now); err != nil {
			t.Fatal(err)
		}
		if err := s.UseNonce(t.Context(), "h", *now); !errors.Is(err, store.ErrStale) {
			t.Errorf("used twice: %v", err)
		}
		if err := s.DeleteNonces(t.Context(), *now); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Nonce(t.Context(), "h"); err != nil || got.UsedAt == nil || !got.ExpiresAt.Equal(nonce.ExpiresAt) {
			t.Errorf("read %+v, %v", got, err)
		}
		if err := s.DeleteNonces(t.Context(), now.Add(2*time.Hour)); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Nonce(t.Context(), "h"); !fault.Is(err, fault.NotFound) {
			t.Errorf("forgotten: %v", err)
		}
	})
}
