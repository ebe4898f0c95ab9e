package manifest

import (
	"context"
	"crypto"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/go-jose/go-jose/v4"

	"seaportal/internal/clock"
	"seaportal/internal/fault"
	"seaportal/internal/history"
	"seaportal/internal/sealed"
	"seaportal/internal/store"
	"seaportal/models"
)

// signer signs with the current key.
type signer struct {
	jose jose.Signer
	id   string // the key's
}

// PrepareKey makes the first key pair where there is none, so that the public key
// can be fetched before the first manifest.
func (s *Service) PrepareKey(ctx context.Context) error {
	_, err := s.current(ctx)
	return err
}

// signer opens the current key.
func (s *Service) signer(ctx context.Context) (*signer, error) {
	key, err := s.current(ctx)
	if err != nil {
		return nil, err
	}
	seed, err := s.Keys.Open(ctx, key.Seed, key.SealedBy, key.SealedFor())
	if err != nil {
		return nil, fmt.Errorf("open manifest key %s: %w", key.ID, err)
	}
	raw, err := base64.StdEncoding.DecodeString(seed.Reveal())
	if err != nil || len(raw) != ed25519.SeedSize {
		return nil, fmt.Errorf("manifest key %s is no seed", key.ID)
	}
	signs, err := jose.NewSigner(jose.SigningKey{
		Algorithm: jose.EdDSA, Key: jose.JSONWebKey{Key: ed25519.NewKeyFromSeed(raw), KeyID: key.ID},
	}, (&jose.SignerOptions{EmbedJWK: true}).WithType(signatureType))
	if err != nil {
		return nil, fmt.Errorf("sign with manifest key %s: %w", key.ID, err)
	}
	return &signer{jose: signs, id: key.ID}, nil
}

// current gives the key that signs, and makes it where there is none. Of two
// processes that make one at once, one wins and both use it.
func (s *Service) current(ctx context.Context) (models.ManifestKey, error) {
	key, err := s.Store.CurrentManifestKey(ctx)
	if !fault.Is(err, fault.NotFound) {
		return key, err
	}
	key, err = s.newKey(ctx)
	if err != nil {
		return key, err
	}
	err = s.Store.Tx(ctx, func(tx *store.Store) error {
		return introduce(ctx, tx, models.System, key, "Made the key that signs manifests")
	})
	if fault.Is(err, fault.Conflict) {
		return s.Store.CurrentManifestKey(ctx)
	}
	return key, err
}

func (s *Service) newKey(ctx context.Context) (models.ManifestKey, error) {
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		return models.ManifestKey{}, fmt.Errorf("make manifest key: %w", err)
	}
	id, err := thumbprint(public)
	if err != nil {
		return models.ManifestKey{}, err
	}
	key := models.ManifestKey{ID: id, PublicKey: public, Current: true, CreatedAt: clock.Real.Now()}
	key.Seed, key.SealedBy, err = s.Keys.Seal(ctx, sealed.NewPlain(base64.StdEncoding.EncodeToString(private.Seed())), key.SealedFor())
	if err != nil {
		return models.ManifestKey{}, fmt.Errorf("seal manifest key: %w", err)
	}
	return key, nil
}

// thumbprint is a key's id: the SHA-256 of its public half as RFC 7638 writes it.
func thumbprint(public ed25519.PublicKey) (string, error) {
	sum, err := (&jose.JSONWebKey{Key: public}).Thumbprint(crypto.SHA256)
	if err != nil {
		return "", fmt.Errorf("name manifest key: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(sum), nil
}

// introduce inserts a key with its record.
func introduce(ctx context.Context, tx *store.Store, by models.Actor, key models.ManifestKey, summary string) error {
	if err := tx.InsertManifestKey(ctx, key); err != nil {
		return err
	}
	return history.Record(ctx, tx, history.Event{
		By: by, Action: "manifest_key.made", ObjectKind: "manifest_key", Summary: summary, Details: map[string]any{"key_id": key.ID},
	})
}

// Rotate makes a new key sign from now on, and gives its id. The old one stays
// published, so that what it signed can be verified; revoked, it does not, for
// the case that somebody else has it. Who runs the portal may call it.
func (s *Service) Rotate(ctx context.Context, by models.Actor, revoke bool) (string, error) {
	old, err := s.current(ctx)
	if err != nil {
		return "", err
	}
	key, err := s.newKey(ctx)
	if err != nil {
		return "", err
	}
	summary := "Made a new key that signs manifests; the old one stays published"
	if revoke {
		summary = "Made a new key that signs manifests and revoked the old one"
	}
	err = s.Store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.RetireManifestKey(ctx, old.ID, key.CreatedAt, revoke); err != nil {
			return err
		}
		return introduce(ctx, tx, by, key, summary)
	})
	if errors.Is(err, store.ErrStale) {
		return "", fault.Wrap(fault.Conflict, err, "Somebody else has made a new key meanwhile.")
	}
	return key.ID, err
}

// Published gives the public keys as a JWK set (RFC 7517, RFC 8037): the current
// one first, then those that were retired. They are open to anyone.
func (s *Service) Published(ctx context.Context) ([]byte, error) {
	keys, err := s.Store.ManifestKeys(ctx)
	if err != nil {
		return nil, err
	}
	set := jose.JSONWebKeySet{Keys: []jose.JSONWebKey{}}
	for _, key := range keys {
		set.Keys = append(set.Keys, jose.JSONWebKey{
			Key: ed25519.PublicKey(key.PublicKey), KeyID: key.ID, Algorithm: string(jose.EdDSA), Use: "sig",
		})
	}
	text, err := json.Marshal(set)
	if err != nil {
		return nil, fmt.Errorf("encode the keys of manifests: %w", err)
	}
	return append(text, '\n'), nil
}
