package handlers

import (
	"context"

	"seaportal/internal/rule"
	"seaportal/models"
	"seaportal/views"
)

// overtakenBy tells what somebody made of the rule since the composer was opened
// with its version; nil where nobody did anything.
func (h *Rules) overtakenBy(ctx context.Context, unit models.BusinessUnit, form composer) (*views.RuleOvertaken, error) {
	r := form.editing
	redefined := form.opened != 0 && form.opened != int64(r.Version)
	if !form.overtaken && !redefined {
		return nil, nil //nolint:nilnil // nobody is the answer here, not a failure
	}
	props := &views.RuleOvertaken{State: r.State}
	if !redefined {
		return props, nil
	}
	versions, err := h.rules.Versions(ctx, unit, r.ID)
	if err != nil {
		return nil, err
	}
	for _, v := range versions {
		switch int64(v.Version) {
		case int64(r.Version):
			props.By, props.At = v.By, v.At
		case form.opened:
			yours, _ := form.in.Definition(h.life.Now(), &r.StartDate) // complaints stand beside the fields
			props.Choices = rule.Overtakings(v.Definition, r.Definition, yours)
		}
	}
	return props, nil
}

// take puts what somebody else has made of one thing in place of what was typed,
// where a button asked for that.
func take(name string, show *composer) bool {
	if name == "" || show.editing == nil {
		return false
	}
	show.in = show.in.Take(name, rule.InputOf(show.editing.Definition))
	return true
}
