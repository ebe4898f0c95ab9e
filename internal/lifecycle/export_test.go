package lifecycle

import (
	"context"
	"errors"

	"seaportal/models"
)

// ClaimLate claims and judges a unit's files as they were read, after something
// else has happened meanwhile.
func (e *Engine) ClaimLate(ctx context.Context, unit models.BusinessUnit, meanwhile func()) error {
	b, err := e.rules(ctx, e.Store, unit)
	if err != nil {
		return err
	}
	open, err := e.Store.OpenFiles(ctx, unit.ID, b.fingerprint(), batch)
	if err != nil {
		return err
	}
	waiting, err := e.Store.UnjudgedFiles(ctx, b.rules[0], batch)
	if err != nil {
		return err
	}
	meanwhile()
	_, err = e.claimThese(ctx, unit, b, open)
	return errors.Join(err, e.judgeThese(ctx, b.rules[0], b.matchers[0], waiting))
}

// BeginLate begins what is due of a unit as it was read, after something else has
// happened meanwhile, and tells how many placements that made.
func (e *Engine) BeginLate(ctx context.Context, unit models.BusinessUnit, meanwhile func()) (int, error) {
	b, err := e.rules(ctx, e.Store, unit)
	if err != nil {
		return 0, err
	}
	p := &placer{Engine: e, unit: unit, book: b.placing(), rules: b.fingerprint(), slots: e.newSlots(), report: &Report{}}
	if err := p.useKey(ctx, unit); err != nil {
		return 0, err
	}
	again, _, err := p.again(ctx, placeBatch, 0)
	if err != nil {
		return 0, err
	}
	fresh, err := p.due(ctx, placeBatch)
	if err != nil {
		return 0, err
	}
	meanwhile()
	begun, err := p.beginThese(ctx, fresh, again)
	return len(begun), err
}

// Look catalogues keys as they are now, and leaves it at that.
func (e *Engine) Look(ctx context.Context, unit models.BusinessUnit, keys []string) error {
	_, err := e.observeKeys(ctx, unit, keys)
	return err
}
