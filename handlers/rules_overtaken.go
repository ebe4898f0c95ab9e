package handlers

import (
	"context"
	"maps"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"seaportal/internal/fault"
	"seaportal/internal/rule"
	"seaportal/models"
	"seaportal/views"
)

// overtakenBy tells what somebody made of the rule since the composer was opened
// with its version; nil where nobody did anything. Of a form that does not say with
// which version that was, nobody knows what.
func (h *Rules) overtakenBy(ctx context.Context, unit models.BusinessUnit, form composer) (*views.RuleOvertaken, error) {
	r := form.editing
	redefined := form.opened != 0 && form.opened != int64(r.Version)
	if !form.overtaken && !redefined {
		return nil, nil //nolint:nilnil // nobody is the answer here, not a failure
	}
	props := &views.RuleOvertaken{State: r.State, Unknown: form.opened == 0}
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
			yours, err := form.in.Definition(h.life.Now(), &r.StartDate)
			props.Choices = slices.DeleteFunc(rule.Overtakings(v.Definition, r.Definition, yours), misread(fault.Fields(err)))
		}
	}
	return props, nil
}

// overtaken shows a form again that somebody was before, perhaps at the very moment:
// what they made of the rule is read anew. Any other conflict is what it is.
func (h *Rules) overtaken(c echo.Context, conflict error, form composer) error {
	now, err := h.find(c)
	switch {
	case err != nil:
		return err
	case now.State == rule.Deleted:
		form.orphaned = true
	case now.LockVersion == form.version:
		return conflict
	default:
		form.editing, form.overtaken, form.version = &now, true, now.LockVersion
	}
	return h.compose(c, http.StatusConflict, form)
}

// misread tells of a thing whether what was typed for it could not be read: that is
// said beside its field, and there is nothing yet to compare.
func misread(bad map[string]string) func(rule.Overtaking) bool {
	return func(o rule.Overtaking) bool {
		return slices.ContainsFunc(slices.Collect(maps.Keys(bad)), o.Has)
	}
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
