package handlers

import (
	"net/http"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"seaportal/internal/path"
	"seaportal/internal/rule"
	"seaportal/models"
	"seaportal/views"
	"seaportal/views/layout"
)

// Catalogue shows a file of active storage that was never placed. One that was
// has its page among the placements.
func (h *Files) Catalogue(c echo.Context) error {
	ctx, unit, shown := ofUnit(c)
	number, err := id(c)
	if err != nil {
		return err
	}
	file, placement, err := h.files.CatalogueFile(ctx, unit, number)
	if err != nil {
		return err
	}
	if placement != nil {
		return c.Redirect(http.StatusSeeOther, path.File(unit.Slug, placement.ID))
	}
	names, err := h.rules.Names(ctx, unit)
	if err != nil {
		return err
	}
	in := views.CatalogueShowProps{
		Unit: shown, Key: file.Key, Size: file.Size, MediaType: rule.MediaType(file.MediaType), ETag: file.ETag,
		Class: file.StorageClass, Stored: file.LastModified, FirstSeen: file.FirstSeen, Gone: when(file.GoneAt),
		Claimed: when(file.ClaimedAt), Why: whyNotPlaced(file),
	}
	if file.RuleID != nil {
		in.RuleID, in.Rule = *file.RuleID, names[*file.RuleID]
		r, err := h.rules.Show(ctx, unit, *file.RuleID)
		if err != nil {
			return err
		}
		in.Due, in.Why = due(file, r.Definition), whyClaimed(file, r.Definition, h.life.Now())
	}
	if in.Attributes, err = attributes(file); err != nil {
		return err
	}
	return h.show(c, http.StatusOK, func(p layout.Page) templ.Component { return views.CatalogueShow(p, in) })
}

func whyNotPlaced(file models.File) string {
	if file.GoneAt != nil {
		return "It left active storage before a rule placed it."
	}
	return "No rule has claimed it: none that is on and has started matches it."
}

// due is when a claimed file is to be placed; never for a rule that keeps.
func due(file models.File, d rule.Definition) time.Time {
	if !d.Action.Places() || file.GoneAt != nil {
		return time.Time{}
	}
	at := file.LastModified.AddDate(0, 0, d.AfterDays)
	if at.Before(d.StartDate) {
		return d.StartDate
	}
	return at
}

func whyClaimed(file models.File, d rule.Definition, now time.Time) string {
	switch {
	case file.GoneAt != nil:
		return whyNotPlaced(file)
	case !d.Action.Places():
		return "The rule “" + d.Name + "” keeps it in active storage."
	case d.State == rule.Deleted:
		return "The rule “" + d.Name + "” claimed it and was deleted before it was placed. No other rule gets it."
	case d.State != rule.On:
		return "The rule “" + d.Name + "” claimed it and is not on."
	case file.Excluded:
		return "The rule “" + d.Name + "” claimed it, and was changed since so that it does not match any more."
	case due(file, d).After(now):
		return "The rule “" + d.Name + "” claimed it. It is not due yet."
	}
	return "The rule “" + d.Name + "” claimed it. It is placed by the next run."
}
