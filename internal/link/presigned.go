package link

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"path"
	"strconv"
	"time"

	"seaportal/internal/fault"
	"seaportal/internal/history"
	"seaportal/internal/nonce"
	"seaportal/internal/objects"
	"seaportal/internal/sealed"
	"seaportal/internal/store"
	"seaportal/models"
)

// longestURL is how long a presigned URL may live (AWS General Reference,
// Signature Version 4).
const longestURL = 7 * day

// Presigned is a URL for a script, at the one moment when it is known. Ends says
// why it ends when it does: empty as was asked for, else with the file or with
// the portal's own temporary credentials.
type Presigned struct {
	URL       sealed.Plain
	Key       string
	ExpiresAt time.Time
	Ends      End
}

// End is what a presigned URL ends with.
type End string

// What a presigned URL ends with, before the time that was asked for.
const (
	EndsAsAsked         End = ""
	EndsWithFile        End = "file"
	EndsWithCredentials End = "credentials"
)

// Presign signs a URL for one file that whoever has it may use any number of
// times, until it ends: nobody can take it back, short of deleting the file. It
// is recorded, without the URL, before it is given, and until it ends no other
// file gets the key that it leads to.
//
// formNonce is that of the form: a form that is sent twice makes one URL, for the
// other one could never be taken back either.
//
// Faults: NotFound when the unit has no such file in SEA; Conflict while SEA is
// not enabled, when the file is about to go, or without a nonce that is unused;
// Invalid beside `lifetime`.
func (s *Service) Presign(
	ctx context.Context, by models.Actor, unit models.BusinessUnit, placementID int64, lifetime time.Duration, formNonce string,
) (Presigned, error) {
	if err := enabled(unit); err != nil {
		return Presigned{}, err
	}
	file, err := s.placed(ctx, unit.ID, placementID)
	if err != nil {
		return Presigned{}, err
	}
	if lifetime < shortestLife || lifetime > longestURL {
		return Presigned{}, fault.BadInput(fault.Field{Name: "lifetime", Msg: "Choose from one minute to 7 days: S3 takes no more."})
	}
	signed := Presigned{Key: file.Key}
	if lifetime, signed.Ends, err = s.urlLifetime(ctx, lifetime, file); err != nil {
		return Presigned{}, err
	}
	text, err := s.signFor(ctx, unit, file, lifetime, rand.Text())
	if err != nil {
		return Presigned{}, err
	}
	if signed.ExpiresAt, err = endOf(text); err != nil {
		return Presigned{}, fmt.Errorf("presign placement %d: %w", file.ID, err)
	}
	signed.URL = sealed.NewPlain(text)
	return signed, s.Store.Tx(ctx, func(tx *store.Store) error {
		if err := stillEnabled(ctx, tx, unit.ID); err != nil {
			return err
		}
		if err := spend(ctx, tx, formNonce, nonce.Form{UserID: by.ID, UnitID: unit.ID, Purpose: urlPurpose}); err != nil {
			return err
		}
		err := tx.KeepTarget(ctx, file, signed.ExpiresAt)
		if errors.Is(err, store.ErrStale) {
			return fault.Wrap(fault.Conflict, err, "This file has just left SEA.")
		}
		if err != nil {
			return err
		}
		return history.Record(ctx, tx, history.Event{
			By: by, UnitID: unit.ID, Action: "file.presigned", ObjectKind: "placement", ObjectID: file.ID,
			Summary: "Issued a presigned URL for " + file.Key + " until " + exact(signed.ExpiresAt),
			Details: map[string]any{"key": file.Key, "until": signed.ExpiresAt},
		})
	})
}

// urlLifetime cuts a lifetime to that of the file and of the credentials that
// sign, in whole seconds.
func (s *Service) urlLifetime(ctx context.Context, lifetime time.Duration, file models.Placement) (time.Duration, End, error) {
	begin, ends := now(), EndsAsAsked
	until := begin.Add(lifetime)
	if gone := s.end(until, []models.Placement{file}); gone.Before(until) {
		until, ends = gone, EndsWithFile
	}
	signs, err := s.Objects.SignsUntil(ctx)
	if err != nil {
		return 0, ends, fault.Wrap(fault.Unavailable, err, "The portal has no credentials to sign with now. Try again in a minute.")
	}
	if !signs.IsZero() && signs.Before(until) {
		until, ends = signs, EndsWithCredentials
	}
	left := until.Sub(begin).Truncate(time.Second)
	if left <= 0 {
		return 0, ends, fault.New(fault.Conflict, "This file is about to be deleted: a URL for it would end at once.")
	}
	return left, ends, nil
}

// signFor makes a presigned URL. Who follows it saves the file and never opens
// it as a page. The counterfoil tells what is fetched by it from other fetches.
func (s *Service) signFor(
	ctx context.Context, unit models.BusinessUnit, file models.Placement, life time.Duration, counterfoil string,
) (string, error) {
	if !unit.HasLocation() {
		return "", fmt.Errorf("sign for placement %d: %s has no SEA location", file.ID, unit.Slug)
	}
	text, err := s.Objects.PresignGet(ctx, *unit.SEABucket, *unit.SEAPrefix+file.SEAKey, objects.PresignOptions{
		TTL: life, ContentDisposition: disposition(path.Base(file.Key)), ContentType: safeType(file.ContentType),
		Counterfoil: counterfoil,
	})
	if err != nil {
		return "", fault.Wrap(fault.Unavailable, err, "The storage did not do its part, so the file cannot be fetched now. Try again in a minute.")
	}
	return text, nil
}

// endOf reads from a presigned URL when it ends: the query says when it was
// signed and for how many seconds (Amazon S3 API Reference, "Authenticating
// requests: using query parameters").
func endOf(text string) (time.Time, error) {
	at, err := url.Parse(text)
	if err != nil {
		return time.Time{}, fmt.Errorf("read a presigned URL: %w", err)
	}
	signed, err := time.Parse("20060102T150405Z", at.Query().Get("X-Amz-Date"))
	if err != nil {
		return time.Time{}, fmt.Errorf("read when a URL was signed: %w", err)
	}
	seconds, err := strconv.ParseInt(at.Query().Get("X-Amz-Expires"), 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("read how long a URL works: %w", err)
	}
	return signed.Add(time.Duration(seconds) * time.Second), nil
}
