package lifecycle

import (
	"context"
	"encoding/json"
	"time"

	"seaportal/internal/objects"
	"seaportal/internal/store"
	"seaportal/models"
)

const (
	day = 24 * time.Hour
	// placeBatch is how many files one round places: each costs two
	// transactions, whose syncs the copies' own have to wait for.
	placeBatch = 1024
	// placeBytes is how much a round copies, unless a few files are more: a rule
	// that is paused or edited no longer reaches what is begun.
	placeBytes = 1 << 30
)

// begin turns a batch of what is due into placings: placements that wait for
// another attempt, then files that were never placed. Target keys, owner and
// the rule's version of now are committed before S3 is asked. From here on a
// file is used up: it has its one placement. Rules, daily limit, key and whether
// SEA is enabled count as they stand now, not as they stood when the run began.
func (p *placer) begin(ctx context.Context) ([]outcome, error) {
	unit, err := p.Store.UnitByID(ctx, p.unit.ID)
	if err != nil || unit.SEAState != models.SEAEnabled {
		return nil, err
	}
	if unit.CustomKeyARN != p.custom {
		if err := p.useKey(ctx, unit); err != nil {
			return nil, err
		}
	}
	left, err := p.leftToday(ctx, placeBatch, unit.DailyLimit)
	if err != nil {
		return nil, err
	}
	again, counted, err := p.again(ctx, left, unit.DailyLimit)
	if err != nil {
		return nil, err
	}
	fresh, err := p.due(ctx, min(left-counted, placeBatch-len(again)))
	if err != nil || len(again)+len(fresh) == 0 {
		return nil, err
	}
	return p.beginThese(ctx, p.shortly(fresh), again)
}

// beginThese turns what was read of as due into placings.
func (p *placer) beginThese(ctx context.Context, fresh []dueFile, again []models.Placement) (begun []outcome, err error) {
	err = p.Store.Tx(ctx, func(tx *store.Store) error {
		if err := p.unchanged(ctx, tx, p.unit, p.rules); err != nil {
			return err
		}
		if fresh, again, err = p.judged(ctx, tx, fresh, again); err != nil {
			return err
		}
		rows := append(p.fresh(fresh), again...)
		targets, err := p.newChooser(ctx, tx, p.unit, rows)
		if err != nil {
			return err
		}
		begun = make([]outcome, len(rows))
		for i, row := range rows {
			if row.SEAKey, err = targets.choose(ctx, tx, row.Key, 1); err != nil {
				return err
			}
			begun[i] = p.intend(row)
		}
		for i, file := range fresh {
			if begun[i].source = source(p.unit, file.File); begun[i].source != nil {
				begun[i].ContentType = begun[i].source.ContentType
			}
		}
		return p.commit(ctx, tx, begun, len(fresh))
	})
	return begun, err
}

// commit writes the intents: the first ones are new rows, the others wait for
// another attempt.
func (p *placer) commit(ctx context.Context, tx *store.Store, begun []outcome, fresh int) error {
	rows, files := make([]models.Placement, fresh), make([]int64, fresh)
	for i := range rows {
		rows[i], files[i] = begun[i].Placement, begun[i].FileID
	}
	if fresh > 0 {
		if err := tx.InsertPlacements(ctx, rows); err != nil {
			return err
		}
		if err := tx.MarkProcessed(ctx, p.unit.ID, files, p.Clock.Now()); err != nil {
			return err
		}
	}
	for i := range rows {
		begun[i].ID = rows[i].ID
	}
	for _, o := range begun[fresh:] {
		if err := tx.RestartPlacing(ctx, o.Placement); err != nil {
			return err
		}
	}
	return nil
}

// shortly leaves as much of a round as is copied in a short while, but enough
// to use every slot.
func (p *placer) shortly(due []dueFile) []dueFile {
	var bytes int64
	for i, file := range due {
		bytes += file.Size
		if bytes >= placeBytes && i+1 >= p.Concurrency {
			return due[:i+1]
		}
	}
	return due
}

// dueFile is a file that its rule wants placed now.
type dueFile struct {
	models.File
	rule models.Rule
}

// due gives up to limit files that are due.
func (p *placer) due(ctx context.Context, limit int) ([]dueFile, error) {
	var due []dueFile
	for i, r := range p.book.rules {
		if len(due) >= limit {
			break
		}
		files, err := p.Store.DueFiles(ctx, r, p.book.storedBy(i, p.Clock.Now()), limit-len(due))
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			due = append(due, dueFile{File: file, rule: r})
		}
	}
	return p.unplaced(ctx, due)
}

// unplaced leaves out files that have a placement already. Their mark should
// have kept them from being read; it is set right here.
func (p *placer) unplaced(ctx context.Context, due []dueFile) ([]dueFile, error) {
	ids := make([]int64, len(due))
	for i, file := range due {
		ids[i] = file.ID
	}
	placed, err := p.Store.PlacedFiles(ctx, ids)
	if err != nil || len(placed) == 0 {
		return due, err
	}
	var left []dueFile
	var known []int64
	for _, file := range due {
		if placed[file.ID] {
			known = append(known, file.ID)
		} else {
			left = append(left, file)
		}
	}
	return left, p.Store.MarkProcessed(ctx, p.unit.ID, known, p.Clock.Now())
}

// leftToday is how many of limit files may still be begun on this day, UTC.
func (p *placer) leftToday(ctx context.Context, limit, daily int) (int, error) {
	if daily == 0 {
		return limit, nil
	}
	placed, err := p.Store.CountQueuedSince(ctx, p.unit.ID, p.Clock.Now().Truncate(day))
	return max(0, min(limit, daily-int(placed))), err
}

// fresh makes the placements of due files.
func (p *placer) fresh(due []dueFile) []models.Placement {
	rows := make([]models.Placement, len(due), placeBatch)
	for i, file := range due {
		rows[i] = models.Placement{
			UnitID: p.unit.ID, FileID: file.ID, RuleID: file.rule.ID, Key: file.Key, SourceETag: file.ETag,
			Size: file.Size, Checksum: file.Checksum, SourceState: models.SourceKept,
		}
	}
	return rows
}

// intend fills in what the intent says.
func (p *placer) intend(row models.Placement) outcome {
	until := p.leaseEnd()
	row.State, row.Owner, row.LeaseUntil, row.KeyARN = models.PlacementPlacing, p.owner, &until, p.key
	row.QueuedAt, row.NextAttemptAt = p.Clock.Now(), nil
	o := outcome{Placement: row}
	for _, r := range p.book.rules {
		if r.ID == row.RuleID {
			o.ruleName, o.RuleVersion, o.Action = r.Name, r.Version, r.Action
		}
	}
	return o
}

// source is a file as it was catalogued, ready to be copied; nil where the
// catalogue does not know its headers.
func source(unit models.BusinessUnit, file models.File) *objects.Head {
	var header objects.Header
	if file.Headers == "" || json.Unmarshal([]byte(file.Headers), &header) != nil {
		return nil
	}
	return &objects.Head{
		Object: objects.Object{
			Key: unit.ActivePrefix + file.Key, ETag: file.ETag, Size: file.Size,
			LastModified: file.LastModified, StorageClass: file.StorageClass,
		},
		Header: header, Checksum: objects.Checksum(file.Checksum),
	}
}
