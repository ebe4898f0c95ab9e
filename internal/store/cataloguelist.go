package store

import (
	"context"
	"slices"
	"strings"

	"seaportal/models"
)

// FileState is where a catalogued file stands, as a list narrows by it.
type FileState string

// The states of a catalogued file. Open, managed and placed ones are in active
// storage; placed is what was queued or placed at any time.
const (
	FileOpen    FileState = "open"
	FileManaged FileState = "managed"
	FilePlaced  FileState = "placed"
	FileGone    FileState = "gone"
)

// StateOf tells a file's state.
func StateOf(f models.File) FileState {
	switch {
	case f.ProcessedAt != nil:
		return FilePlaced
	case f.GoneAt != nil:
		return FileGone
	case f.RuleID != nil:
		return FileManaged
	}
	return FileOpen
}

// CatalogueQuery selects catalogued files of a unit, by key. Zero fields do not
// narrow it, but that gone files are listed only where State asks for them, or
// for placed ones: a moved file is gone by design.
type CatalogueQuery struct {
	UnitID int64
	Search string // part of the key, letters a-z in any case
	State  FileState
	RuleID int64
	After  *models.File // the page of larger keys
	Before *models.File // the page of smaller keys
	Limit  int
}

// CatalogueList gives one page, by key.
func (s *Store) CatalogueList(ctx context.Context, q CatalogueQuery) ([]models.File, error) {
	db := s.db(ctx).Where("business_unit_id = ?", q.UnitID).Limit(q.Limit)
	switch q.State {
	case FilePlaced:
		db = db.Where("processed_at IS NOT NULL")
	case FileGone:
		db = db.Where("processed_at IS NULL AND gone_at IS NOT NULL")
	case FileManaged:
		db = db.Where("processed_at IS NULL AND gone_at IS NULL AND rule_id IS NOT NULL")
	case FileOpen:
		db = db.Where("processed_at IS NULL AND gone_at IS NULL AND rule_id IS NULL")
	case "":
		db = db.Where("gone_at IS NULL")
	default:
		return nil, nil // an unknown state is nobody's
	}
	if q.RuleID != 0 {
		db = db.Where("rule_id = ?", q.RuleID)
	}
	if q.Search != "" {
		// LOWER folds only what the engine's locale knows: the text as typed always counts too.
		db = db.Where(`(LOWER(key) LIKE ? ESCAPE '\' OR key LIKE ? ESCAPE '\')`,
			"%"+escapeLike(strings.ToLower(q.Search))+"%", "%"+escapeLike(q.Search)+"%")
	}
	var files []models.File
	if q.Before != nil { // read downwards and turned round
		err := db.Where("(key, etag) < (?, ?)", q.Before.Key, q.Before.ETag).Order("key DESC, etag DESC").Find(&files).Error
		slices.Reverse(files)
		return files, wrap(err, "list catalogue of unit %d", q.UnitID)
	}
	if q.After != nil {
		db = db.Where("(key, etag) > (?, ?)", q.After.Key, q.After.ETag)
	}
	return files, wrap(db.Order("key, etag").Find(&files).Error, "list catalogue of unit %d", q.UnitID)
}
