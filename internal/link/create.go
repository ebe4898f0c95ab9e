package link

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"seaportal/internal/fault"
	"seaportal/internal/nonce"
	"seaportal/internal/sealed"
	"seaportal/internal/store"
	"seaportal/models"
)

const (
	shortestPIN  = 4
	longestPIN   = 64
	longestNote  = 500
	mostAllowed  = 1_000_000
	shortestLife = time.Minute
)

// Create makes a link to placed files, and gives its token, which nobody can
// get again. It lasts as long as was asked for, but never longer than any of
// the files.
//
// Faults: NotFound when one of the files is not the unit's, or not in SEA;
// Conflict while SEA is not enabled, or when the form was sent before; Invalid beside `id`, `lifetime`,
// `max_downloads`, `pin` or `note`.
func (s *Service) Create(ctx context.Context, by models.Actor, unit models.BusinessUnit, in New) (Created, error) {
	if err := enabled(unit); err != nil {
		return Created{}, err
	}
	files, err := s.Chosen(ctx, unit, in.PlacementIDs)
	if err != nil {
		return Created{}, err
	}
	if err := in.validate(); err != nil {
		return Created{}, err
	}
	created := now()
	token := sealed.NewPlain(rand.Text()) // 130 bits
	link := models.Link{
		UnitID: unit.ID, TokenHash: sealed.Digest(token.Reveal()), MaxDownloads: in.MaxDownloads, Note: strings.TrimSpace(in.Note),
		CreatedAt: created, CreatedBy: by.Name, ExpiresAt: s.end(created.Add(in.Lifetime), files),
	}
	if !in.PIN.Empty() {
		if link.PINHash, err = s.pins.hash(ctx, in.PIN); err != nil {
			return Created{}, err
		}
	}
	if err := s.insert(ctx, by, &link, files, in.Nonce); err != nil {
		return Created{}, err
	}
	return Created{Token: token, Key: files[0].Key, Files: len(files), ExpiresAt: link.ExpiresAt}, nil
}

// enabled refuses while SEA is not.
func enabled(unit models.BusinessUnit) error {
	if unit.SEAState != models.SEAEnabled {
		return fault.New(fault.Conflict, "Secure External Access is not enabled for this business unit, so nothing that is handed out would work.")
	}
	return nil
}

// stillEnabled refuses in a transaction where SEA was disabled since the request
// began, and keeps whoever disables it waiting: what would be handed out behind
// its back would work again when SEA is enabled.
func stillEnabled(ctx context.Context, tx *store.Store, unitID int64) error {
	unit, err := tx.UnitForUpdate(ctx, unitID)
	if err != nil {
		return err
	}
	return enabled(unit)
}

// Chosen gives the files of a selection in the order of their keys, each once.
//
// Faults: Invalid beside `id` when there is none, or more than MaxFiles;
// NotFound when one is not the unit's, or not in SEA.
func (s *Service) Chosen(ctx context.Context, unit models.BusinessUnit, placementIDs []int64) ([]models.Placement, error) {
	ids := slices.Compact(slices.Sorted(slices.Values(placementIDs)))
	switch {
	case len(ids) == 0:
		return nil, fault.BadInput(fault.Field{Name: "id", Msg: "Choose at least one file."})
	case len(ids) > MaxFiles:
		return nil, fault.BadInput(fault.Field{Name: "id", Msg: fmt.Sprintf("Choose at most %d files at once.", MaxFiles)})
	}
	files, err := s.Store.PlacementsByID(ctx, unit.ID, ids)
	if err != nil {
		return nil, err
	}
	files = slices.DeleteFunc(files, func(file models.Placement) bool { return !s.fetchable(file) })
	if len(files) < len(ids) {
		return nil, fault.New(fault.NotFound, "A file that was chosen is not in SEA any more, or never was. Open the list of files and choose again.")
	}
	slices.SortFunc(files, func(a, b models.Placement) int { return strings.Compare(a.Key, b.Key) })
	return files, nil
}

func (s *Service) insert(ctx context.Context, by models.Actor, link *models.Link, files []models.Placement, formNonce string) error {
	rows, ids := make([]models.LinkFile, len(files)), make([]int64, len(files))
	for i, file := range files {
		rows[i] = models.LinkFile{PlacementID: file.ID, Position: i + 1}
		ids[i] = file.ID
	}
	return s.Store.Tx(ctx, func(tx *store.Store) error {
		if err := stillEnabled(ctx, tx, link.UnitID); err != nil {
			return err
		}
		if formNonce != "" { // a script sends none: each of its requests makes a link
			if err := spend(ctx, tx, formNonce, nonce.Form{UserID: by.ID, UnitID: link.UnitID, Purpose: linkPurpose}); err != nil {
				return err
			}
		}
		if err := tx.InsertLink(ctx, link, rows); err != nil {
			return err
		}
		return record(ctx, tx, by, *link, "link.created", "Created a share link to "+named(files)+summary(*link),
			map[string]any{"placement_ids": ids})
	})
}

// named names a file, or the first of several.
func named(files []models.Placement) string {
	if len(files) == 1 {
		return files[0].Key
	}
	return fmt.Sprintf("%d files, the first of them %s,", len(files), files[0].Key)
}

func summary(link models.Link) string {
	text := " until " + exact(link.ExpiresAt)
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

func exact(at time.Time) string { return at.UTC().Format("2 January 2006, 15:04:05 UTC") }

func (in New) validate() error {
	var bad []fault.Field
	complain := func(is bool, name, msg string) {
		if is {
			bad = append(bad, fault.Field{Name: name, Msg: msg})
		}
	}
	complain(in.Lifetime < shortestLife || in.Lifetime > longestDays*day,
		"lifetime", "Choose how long the link works: at least a minute, such as 24h or 7d.")
	complain(in.MaxDownloads < 0 || in.MaxDownloads > mostAllowed,
		"max_downloads", "Enter 0 for any number, or a number up to 1,000,000.")
	length := utf8.RuneCountInString(in.PIN.Reveal())
	complain(!in.PIN.Empty() && (length < shortestPIN || length > longestPIN), "pin", "Use 4 to 64 characters, or leave it empty for no PIN.")
	isControl := func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' }
	complain(utf8.RuneCountInString(in.Note) > longestNote, "note", "Use at most 500 characters.")
	complain(strings.ContainsFunc(in.Note, isControl), "note", "Use no control characters.")
	return fault.BadInput(bad...)
}
