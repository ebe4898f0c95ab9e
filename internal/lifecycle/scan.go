package lifecycle

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"seaportal/internal/objects"
	"seaportal/internal/store"
	"seaportal/models"
)

// scan merges the listing of the unit's active storage with the catalogue,
// both in byte order of the keys, so that memory stays flat at any size. Only
// new and changed objects cost a request. A listing that breaks off, or is out
// of order, marks nothing as gone. It gives what it had to pass over.
func (e *Engine) scan(ctx context.Context, unit models.BusinessUnit, report *Report) (observed, error) {
	s := &scanner{engine: e, unit: unit, report: report, began: time.Now().UTC()}
	err := e.Objects.List(ctx, unit.ActiveBucket, unit.ActivePrefix, func(found objects.Object) error {
		return s.merge(ctx, found)
	})
	if err == nil {
		err = s.finish(ctx)
	}
	if err != nil {
		return s.passed, fmt.Errorf("scan unit %s: %w", unit.Slug, err)
	}
	if s.passed.skipped > 0 {
		e.Log.WarnContext(ctx, "objects in active storage could not be read", slog.String("unit", unit.Slug),
			slog.Int("objects", s.passed.skipped), slog.String("first", s.passed.first), slog.Any("error", s.passed.refused))
	}
	return s.passed, nil
}

// scanner holds the place in the catalogue while the listing streams by.
type scanner struct {
	engine *Engine
	unit   models.BusinessUnit
	report *Report
	began  time.Time

	known   []store.CatalogueEntry // the catalogue from here on
	ended   bool                   // the catalogue has no more
	last    string                 // the last key read from the catalogue
	fresh   []string               // keys to look at, new or changed
	missing []string               // catalogued before the listing began, but not in it
	passed  observed               // keys that S3 told nothing of
}

// merge takes the next listed object.
func (s *scanner) merge(ctx context.Context, found objects.Object) error {
	key := strings.TrimPrefix(found.Key, s.unit.ActivePrefix)
	if !isFile(key) {
		return nil
	}
	s.report.Listed++
	if err := s.skipTo(ctx, key); err != nil {
		return err
	}
	if len(s.known) > 0 && s.known[0].Key == key {
		file := s.known[0]
		s.known = s.known[1:]
		if same(file, found) {
			return nil
		}
	}
	s.fresh = append(s.fresh, key)
	if len(s.fresh) < batch {
		return nil
	}
	return s.look(ctx)
}

// isFile tells whether a key below a prefix names a file: text, and not the folder
// marker of some client.
func isFile(key string) bool {
	return key != "" && !strings.HasSuffix(key, "/") && isText(key)
}

// isText tells whether a key is text, as S3 demands of keys; a server that takes
// other bytes gives what no database can keep.
func isText(key string) bool { return utf8.ValidString(key) && !strings.Contains(key, "\x00") }

// same tells whether a listed object is the file as it was catalogued. The
// catalogue's times come from HEAD answers, which tell whole seconds.
func same(file store.CatalogueEntry, found objects.Object) bool {
	return file.ETag == found.ETag && file.Size == found.Size && file.StorageClass == found.StorageClass &&
		file.LastModified.Equal(found.LastModified.Truncate(time.Second))
}

// skipTo reads the catalogue up to a key. What it passes was not listed.
func (s *scanner) skipTo(ctx context.Context, key string) error {
	for {
		for len(s.known) > 0 && s.known[0].Key < key {
			if !s.known[0].FirstSeen.After(s.began) {
				s.missing = append(s.missing, s.known[0].Key)
			}
			s.known = s.known[1:]
		}
		if len(s.known) > 0 || s.ended {
			return nil
		}
		more, err := s.engine.Store.Catalogue(ctx, s.unit.ID, s.last, catalogueBatch)
		if err != nil {
			return err
		}
		s.known, s.ended = more, len(more) < catalogueBatch
		if len(more) > 0 {
			s.last = more[len(more)-1].Key
		}
	}
}

const catalogueBatch = 1000

// look catalogues the fresh keys as they are now.
func (s *scanner) look(ctx context.Context) error {
	changed, err := s.engine.observeKeys(ctx, s.unit, s.fresh)
	s.report.New += changed.seen
	s.report.Gone += changed.gone
	s.report.Skipped += changed.skipped
	s.passed.pass(changed)
	s.fresh = s.fresh[:0]
	return err
}

// finish deals with what is left once the listing is complete: the catalogue
// behind its end, and every file that it did not list. An absence counts only
// when the file was there before the listing began and a HEAD confirms it.
func (s *scanner) finish(ctx context.Context) error {
	if err := s.skipTo(ctx, afterEveryKey); err != nil {
		return err
	}
	if err := s.look(ctx); err != nil {
		return err
	}
	for keys := range slices.Chunk(s.missing, batch) {
		s.fresh = append(s.fresh, keys...)
		if err := s.look(ctx); err != nil {
			return err
		}
	}
	return nil
}

// afterEveryKey sorts behind every key: no valid UTF-8 text begins with it.
const afterEveryKey = "\xff"
