package lifecycle

import (
	"context"
	"errors"
	"fmt"

	"seaportal/internal/history"
	"seaportal/internal/rule"
	"seaportal/internal/rulebook"
	"seaportal/internal/store"
	"seaportal/models"
)

// claim gives every open file to the best rule that wants it. A claim is for
// ever; a file that no rule wants stays open to rules that come later, and is
// not offered again to the same ones.
func (e *Engine) claim(ctx context.Context, unit models.BusinessUnit, b book) (int, error) {
	if len(b.rules) == 0 || unit.StorageKind != models.StorageSystem {
		return 0, nil
	}
	var total int
	rules := b.fingerprint()
	for {
		files, err := e.Store.OpenFiles(ctx, unit.ID, rules, catalogueBatch)
		if err != nil || len(files) == 0 {
			return total, err
		}
		wanted, err := e.choose(b, files)
		if err != nil {
			return total, err
		}
		claimed, err := e.recordClaims(ctx, unit, b, wanted, fileIDs(files))
		total += claimed
		if err != nil {
			return total, err
		}
	}
}

// choose sorts files by the rule that wants them. Files in long-term storage
// are not eligible; they stay open until they come back to active storage.
func (e *Engine) choose(b book, files []models.File) (map[int64][]int64, error) {
	now := e.Clock.Now()
	wanted := make(map[int64][]int64)
	for _, file := range files {
		if file.LongTerm() {
			continue
		}
		known, err := rulebook.RuleFile(file)
		if err != nil {
			return nil, err
		}
		if matcher, ok := rule.Choose(b.matchers, known, now); ok {
			id := b.byRule[matcher].ID
			wanted[id] = append(wanted[id], file.ID)
		}
	}
	return wanted, nil
}

// recordClaims writes to which rules files were offered, the claims, and one
// history row for each rule.
func (e *Engine) recordClaims(
	ctx context.Context, unit models.BusinessUnit, b book, wanted map[int64][]int64, offered []int64,
) (int, error) {
	var total int
	err := e.Store.Tx(ctx, func(tx *store.Store) error {
		total = 0
		if err := e.unchanged(ctx, tx, unit, b.fingerprint()); err != nil {
			return err
		}
		if err := tx.Offered(ctx, unit.ID, b.fingerprint(), offered); err != nil {
			return err
		}
		var events []history.Event
		for _, r := range b.rules {
			if len(wanted[r.ID]) == 0 {
				continue
			}
			claimed, err := tx.Claim(ctx, r, wanted[r.ID], e.Clock.Now())
			if err != nil {
				return err
			}
			if claimed == 0 {
				continue
			}
			total += int(claimed)
			events = append(events, history.Event{
				By: models.System, UnitID: unit.ID, Action: "files.claimed", ObjectKind: "rule", ObjectID: r.ID,
				Summary: fmt.Sprintf("Rule %s now manages %s", r.Name, plural(claimed, "more file", "more files")),
				Details: map[string]any{"files": claimed, "rule_version": r.Version},
			})
		}
		return history.Record(ctx, tx, events...)
	})
	return total, err
}

func plural[N int | int64](n N, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

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
		err = e.Store.Tx(ctx, func(tx *store.Store) error {
			if err := tx.Judge(ctx, r, matching, true); err != nil {
				return err
			}
			return tx.Judge(ctx, r, excluded, false)
		})
		if err != nil {
			return err
		}
	}
}
