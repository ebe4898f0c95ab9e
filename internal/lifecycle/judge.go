package lifecycle

import (
	"context"
	"errors"
	"slices"

	"seaportal/internal/rule"
	"seaportal/internal/rulebook"
	"seaportal/internal/store"
	"seaportal/models"
)

// judge holds a rule's waiting files, and those that it has queued, against its
// current version after an edit: the claim stays, but a file that no longer
// matches is not placed.
func (e *Engine) judge(ctx context.Context, r models.Rule, matcher *rule.Matcher) error {
	return errors.Join(
		e.judgeAll(ctx, r, matcher, e.Store.UnjudgedFiles),
		e.judgeAll(ctx, r, matcher, e.Store.UnjudgedQueued))
}

// judgeAll judges all that unjudged gives.
func (e *Engine) judgeAll(
	ctx context.Context, r models.Rule, matcher *rule.Matcher,
	unjudged func(ctx context.Context, rule models.Rule, limit int) ([]models.File, error),
) error {
	for {
		files, err := unjudged(ctx, r, catalogueBatch)
		if err != nil || len(files) == 0 {
			return err
		}
		if err := e.judgeThese(ctx, r, matcher, files); err != nil {
			return err
		}
	}
}

// judgeThese judges files as they were read. Those that say other things of
// themselves by now are left to be judged as that.
func (e *Engine) judgeThese(ctx context.Context, r models.Rule, matcher *rule.Matcher, files []models.File) error {
	var matching, excluded []int64
	for _, file := range files {
		known, err := rulebook.RuleFile(file)
		if err != nil {
			return err
		}
		if matcher.Match(known) {
			matching = append(matching, file.ID)
		} else {
			excluded = append(excluded, file.ID)
		}
	}
	return e.Store.Tx(ctx, func(tx *store.Store) error {
		still, err := tx.StillAs(ctx, r.UnitID, files)
		if err != nil {
			return err
		}
		if err := tx.Judge(ctx, r, only(matching, still), true); err != nil {
			return err
		}
		return tx.Judge(ctx, r, only(excluded, still), false)
	})
}

// judged leaves out what was catalogued anew since it was read: it may say other
// things of itself, and waits until it is held against its rule once more.
func (p *placer) judged(
	ctx context.Context, tx *store.Store, fresh []dueFile, again []models.Placement,
) ([]dueFile, []models.Placement, error) {
	ids := make([]int64, 0, len(fresh)+len(again))
	for _, file := range fresh {
		ids = append(ids, file.ID)
	}
	for _, row := range again {
		ids = append(ids, row.FileID)
	}
	unjudged, err := tx.Unjudged(ctx, p.unit.ID, ids)
	fresh = slices.DeleteFunc(fresh, func(file dueFile) bool { return unjudged[file.ID] })
	again = slices.DeleteFunc(again, func(row models.Placement) bool { return unjudged[row.FileID] })
	return fresh, again, err
}
