package lifecycle

import (
	"context"
	"fmt"
	"maps"
	"slices"

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
		claimed, err := e.claimThese(ctx, unit, b, files)
		total += claimed
		if err != nil {
			return total, err
		}
	}
}

// claimThese gives files, as they were read, to the rules that want them.
func (e *Engine) claimThese(ctx context.Context, unit models.BusinessUnit, b book, files []models.File) (int, error) {
	wanted, err := e.choose(b, files)
	if err != nil {
		return 0, err
	}
	return e.recordClaims(ctx, unit, b, wanted, files)
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
// history row for each rule. Files that say other things of themselves by now are
// left to be offered as that.
func (e *Engine) recordClaims(
	ctx context.Context, unit models.BusinessUnit, b book, wanted map[int64][]int64, offered []models.File,
) (int, error) {
	var total int
	err := e.Store.Tx(ctx, func(tx *store.Store) error {
		total = 0
		if err := e.unchanged(ctx, tx, unit, b.fingerprint()); err != nil {
			return err
		}
		still, err := tx.StillAs(ctx, unit.ID, offered)
		if err != nil {
			return err
		}
		if err := tx.Offered(ctx, unit.ID, b.fingerprint(), slices.Collect(maps.Keys(still))); err != nil {
			return err
		}
		var events []history.Event
		for _, r := range b.rules {
			wants := only(wanted[r.ID], still)
			if len(wants) == 0 {
				continue
			}
			claimed, err := tx.Claim(ctx, r, wants, e.Clock.Now())
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

// only keeps the ids that are among others.
func only(ids []int64, among map[int64]bool) []int64 {
	return slices.DeleteFunc(ids, func(id int64) bool { return !among[id] })
}

func plural[N int | int64](n N, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
