package link

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"

	"seaportal/internal/fault"
	"seaportal/internal/sealed"
	"seaportal/internal/store"
	"seaportal/models"
)

const (
	shortestPIN  = 4
	longestPIN   = 64
	mostAllowed  = 1_000_000
	shortestLife = time.Minute
)

// pinParams are the least that OWASP names for argon2id (19 MiB, two passes):
// whoever holds a link may make the portal compute this, five times a link.
var pinParams = &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// Create makes a link to one placed file, and gives its token, which nobody can
// get again. It lasts as long as was asked for, but never longer than the file.
//
// Faults: NotFound when the unit has no such file in SEA; Conflict while SEA is
// not enabled; Invalid beside `lifetime`, `max_downloads` or `pin`.
func (s *Service) Create(ctx context.Context, by models.Actor, unit models.BusinessUnit, in New) (Created, error) {
	if unit.SEAState != models.SEAEnabled {
		return Created{}, fault.New(fault.Conflict, "Secure External Access is not enabled for this business unit, so its links do not work.")
	}
	file, err := s.placed(ctx, unit.ID, in.PlacementID)
	if err != nil {
		return Created{}, err
	}
	if err := in.validate(); err != nil {
		return Created{}, err
	}
	created := now()
	token := sealed.NewPlain(rand.Text()) // 130 bits
	link := models.Link{
		UnitID: unit.ID, PlacementID: file.ID, TokenHash: sealed.Digest(token.Reveal()), MaxDownloads: in.MaxDownloads,
		CreatedAt: created, CreatedBy: by.Name, ExpiresAt: s.end(created.Add(in.Lifetime), file),
	}
	if !in.PIN.Empty() {
		if link.PINHash, err = argon2id.CreateHash(in.PIN.Reveal(), pinParams); err != nil {
			return Created{}, fmt.Errorf("hash PIN: %w", err)
		}
	}
	err = s.Store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.InsertLink(ctx, &link); err != nil {
			return err
		}
		return record(ctx, tx, by, link, "link.created", "Created a share link to "+file.Key+summary(link))
	})
	if err != nil {
		return Created{}, err
	}
	return Created{Token: token, Key: file.Key, ExpiresAt: link.ExpiresAt}, nil
}

// end is when a link that was to last until wanted really ends: with its file.
// The file goes by the life cycle's clock, the link by the real one. A file on
// hold has no end yet: the link ends with its removal.
func (s *Service) end(wanted time.Time, file models.Placement) time.Time {
	if file.ExpiresAt == nil || file.Held {
		return wanted
	}
	if gone := file.ExpiresAt.Add(-s.Clock.Offset()); gone.Before(wanted) {
		return gone
	}
	return wanted
}

func summary(link models.Link) string {
	text := " until " + link.ExpiresAt.Format("2 January 2006, 15:04:05 UTC")
	switch {
	case link.MaxDownloads == 1:
		text += ", for one download"
	case link.MaxDownloads > 1:
		text += fmt.Sprintf(", for at most %d downloads", link.MaxDownloads)
	}
	if link.PINHash != "" {
		text += ", with a PIN"
	}
	return text
}

func (in New) validate() error {
	var bad []fault.Field
	if in.Lifetime < shortestLife || in.Lifetime > longestDays*day {
		bad = append(bad, fault.Field{Name: "lifetime", Msg: "Choose how long the link works: at least a minute, such as 24h or 7d."})
	}
	if in.MaxDownloads < 0 || in.MaxDownloads > mostAllowed {
		bad = append(bad, fault.Field{Name: "max_downloads", Msg: "Enter 0 for any number, or a number up to 1,000,000."})
	}
	length := utf8.RuneCountInString(in.PIN.Reveal())
	if !in.PIN.Empty() && (length < shortestPIN || length > longestPIN) {
		bad = append(bad, fault.Field{Name: "pin", Msg: "Use 4 to 64 characters, or leave it empty for no PIN."})
	}
	return fault.BadInput(bad...)
}
