package link

import (
	"context"
	"path"
	"slices"
	"time"

	"seaportal/internal/fault"
	"seaportal/internal/sealed"
	"seaportal/internal/store"
	"seaportal/models"
)

// What strangers learn. A link that never was looks like one that is over.
const (
	msgGone   = "This link does not work any more. Ask whoever sent it for a new one."
	msgLocked = "This link is locked, because a wrong PIN was entered five times. Ask whoever sent it for a new one."
)

// View is what whoever holds a link may know.
type View struct {
	Files        []ViewFile // those in SEA, by position; at least one can be fetched now
	Missing      int        // files that left SEA since the link was made
	Several      bool       // the link was made for more than one file
	ExpiresAt    time.Time
	HasPIN       bool
	MaxDownloads int // of each file; 0: any number
}

// ViewFile is one file behind a link.
type ViewFile struct {
	Position int    // in the link, from 1
	Name     string // without its folders where the link is for one file
	Size     int64  // bytes
	Checksum string // with its algorithm, empty when none is known
	Left     int    // how often it may still be fetched, where that is limited
	Fetched  int    // how often it was, with the link
	Used     bool   // that was as often as it may be
}

// followed is a link that works, and what it leads to.
type followed struct {
	link  models.Link
	unit  models.BusinessUnit
	all   int                // files that the link was made for
	here  int                // of them, those that are in SEA
	files []store.FileOfLink // of those, what may be fetched: at least one
	used  []store.FileOfLink // and what was fetched as often as it may be
}

// Open tells what a link leads to, and uses nothing up. The token is the
// permission.
//
// Faults: NotFound when the link is unknown, revoked, expired or used up, all
// its files gone or SEA disabled; TooMany when it is locked.
func (s *Service) Open(ctx context.Context, token string) (View, error) {
	f, err := s.follow(ctx, token)
	if err != nil {
		return View{}, err
	}
	view := View{
		Missing: f.all - f.here, Several: f.all > 1, ExpiresAt: s.lastOf(f),
		HasPIN: f.link.PINHash != "", MaxDownloads: f.link.MaxDownloads,
	}
	for _, file := range f.files {
		view.Files = append(view.Files, f.view(file))
	}
	for _, file := range f.used {
		used := f.view(file)
		used.Used = true
		view.Files = append(view.Files, used)
	}
	slices.SortFunc(view.Files, func(a, b ViewFile) int { return a.Position - b.Position })
	return view, nil
}

func (f followed) view(file store.FileOfLink) ViewFile {
	name := file.Key
	if f.all == 1 {
		name = path.Base(file.Key)
	}
	return ViewFile{
		Position: file.Position, Name: name, Size: file.Size, Checksum: file.Checksum,
		Left: f.link.MaxDownloads - file.Fetched, Fetched: file.Fetched,
	}
}

// lastOf is until when a link leads to anything. That is earlier than its own end
// where files were held when it was made and are not any more.
func (s *Service) lastOf(f followed) time.Time {
	var last time.Time
	for _, file := range f.files {
		if ends := s.end(f.link.ExpiresAt, []models.Placement{file.Placement}); ends.After(last) {
			last = ends
		}
	}
	return last
}

// follow gives a link that works, its unit and its files.
func (s *Service) follow(ctx context.Context, token string) (followed, error) {
	f, err := s.lookUp(ctx, token)
	if err == nil && !now().Before(f.link.ExpiresAt) {
		err = fault.New(fault.NotFound, msgGone)
	}
	if err == nil {
		err = s.addFiles(ctx, &f)
	}
	if err == nil && f.link.PINHash != "" && f.link.PINFailures >= pinTries {
		err = fault.New(fault.TooMany, msgLocked)
	}
	if fault.Is(err, fault.NotFound) {
		err = fault.Wrap(fault.NotFound, err, msgGone)
	}
	return f, err
}

// lookUp gives a link that was not revoked, of a unit whose SEA is enabled.
func (s *Service) lookUp(ctx context.Context, token string) (f followed, err error) {
	if f.link, err = s.Store.LinkByToken(ctx, sealed.Digest(token)); err != nil {
		return f, err
	}
	if f.unit, err = s.Store.Unit(ctx, f.link.UnitID); err != nil {
		return f, err
	}
	if f.link.RevokedAt != nil || f.unit.SEAState != models.SEAEnabled {
		return f, fault.New(fault.NotFound, msgGone)
	}
	return f, nil
}

// addFiles adds what the link may still fetch. NotFound says that there is
// nothing.
func (s *Service) addFiles(ctx context.Context, f *followed) error {
	rows, err := s.Store.FilesOfLink(ctx, f.unit.ID, f.link.ID)
	if err != nil {
		return err
	}
	f.all = len(rows)
	for _, row := range rows {
		if !s.fetchable(row.Placement) {
			continue
		}
		f.here++
		if f.mayFetch(row) {
			f.files = append(f.files, row)
		} else {
			f.used = append(f.used, row)
		}
	}
	if len(f.files) == 0 {
		return fault.New(fault.NotFound, msgGone)
	}
	return nil
}

// mayFetch tells whether a file was fetched less often than it may be.
func (f followed) mayFetch(file store.FileOfLink) bool {
	return f.link.MaxDownloads == 0 || file.Fetched < f.link.MaxDownloads
}
