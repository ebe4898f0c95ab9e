package handlers

import (
	"net/http"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"seaportal/internal/rule"
	"seaportal/internal/rulebook"
	"seaportal/models"
	"seaportal/views"
	"seaportal/views/layout"
)

// Versions shows every version of a rule, a deleted one's too, and compares the
// two that the query names as was and is.
func (h *Rules) Versions(c echo.Context) error {
	ctx, unit, shown := ofUnit(c)
	r, err := h.find(c)
	if err != nil {
		return err
	}
	versions, err := h.rules.Versions(ctx, unit, r.ID)
	if err != nil {
		return err
	}
	in := views.RuleVersionsProps{
		Unit: shown, ID: r.ID, Name: r.Name, State: r.State, Versions: h.versionRows(unit, versions),
	}
	if c.QueryParam("was") != "" || c.QueryParam("is") != "" {
		was, knownWas := versionOf(versions, c.QueryParam("was"))
		is, knownIs := versionOf(versions, c.QueryParam("is"))
		if !knownWas || !knownIs {
			return unknown()
		}
		in.Was, in.Is, in.Changes = was.Version, is.Version, rule.Compare(was.Definition, is.Definition)
	}
	return h.show(c, http.StatusOK, func(p layout.Page) templ.Component { return views.RuleVersions(p, in) })
}

func versionOf(versions []rulebook.Version, text string) (rulebook.Version, bool) {
	wanted, _ := number(text)
	for _, v := range versions {
		if int64(v.Version) == wanted {
			return v, true
		}
	}
	return rulebook.Version{}, false
}

func (h *Rules) versionRows(unit models.BusinessUnit, versions []rulebook.Version) []views.RuleVersionRow {
	rows := make([]views.RuleVersionRow, len(versions))
	for i, v := range versions {
		rows[i] = views.RuleVersionRow{
			Version: v.Version, At: v.At, By: v.By, Name: v.Name, Description: v.Description, Priority: v.Priority,
			StartDate: v.StartDate.Format(time.DateOnly),
			Sentence:  rule.Sentence(v.Definition, unit.RetentionDays, h.life.Now()),
		}
	}
	return rows
}
