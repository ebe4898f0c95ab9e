package handlers

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"seaportal/internal/path"
	"seaportal/internal/rule"
	"seaportal/internal/rulebook"
	"seaportal/models"
	"seaportal/views"
	"seaportal/views/layout"
)

// Catalogue lists the files of active storage, placed or not.
func (h *Files) Catalogue(c echo.Context) error {
	ctx, unit, shown := ofUnit(c)
	query := rulebook.CatalogueQuery{Search: c.QueryParam("q"), State: c.QueryParam("state")}
	query.RuleID, _ = number(c.QueryParam("rule"))
	query.After, _ = number(c.QueryParam("after"))
	query.Before, _ = number(c.QueryParam("before"))
	page, err := h.rules.Catalogue(ctx, unit, query)
	if err != nil {
		return err
	}
	names, err := h.rules.Names(ctx, unit)
	if err != nil {
		return err
	}
	in := views.CatalogueListProps{
		Unit: shown, Query: query.Search, State: query.State, Rule: c.QueryParam("rule"), Rules: ruleOptions(names),
	}
	for _, f := range page.Files {
		row := views.CatalogueRow{ID: f.ID, Key: f.Key, Size: f.Size, Stored: f.LastModified, State: rulebook.FileState(f), Placement: string(page.Placements[f.ID])}
		if f.RuleID != nil {
			row.RuleID, row.Rule = *f.RuleID, names[*f.RuleID]
		}
		in.Rows = append(in.Rows, row)
	}
	if n := len(page.Files); n > 0 {
		in.Previous = catalogueBeside(unit, in, page.Previous, "before", page.Files[0].ID)
		in.Next = catalogueBeside(unit, in, page.Next, "after", page.Files[n-1].ID)
	}
	return h.show(c, http.StatusOK, func(p layout.Page) templ.Component { return views.CatalogueList(p, in) })
}

// catalogueBeside gives the page next to this one, with the same filters;
// nothing where there is none.
func catalogueBeside(unit models.BusinessUnit, in views.CatalogueListProps, there bool, side string, id int64) string {
	if !there {
		return ""
	}
	return path.CatalogueWith(unit.Slug, url.Values{
		"q": {in.Query}, "state": {in.State}, "rule": {in.Rule}, side: {strconv.FormatInt(id, 10)},
	})
}

// Why tells of any file that SEA knows why it is where it is.
func (h *Files) Why(c echo.Context) error {
	ctx, unit, shown := ofUnit(c)
	number, err := id(c)
	if err != nil {
		return err
	}
	facts, why, err := h.rules.Why(ctx, unit, number)
	if err != nil {
		return err
	}
	file := facts.File
	in := views.CatalogueShowProps{
		Unit: shown, ID: file.ID, Key: file.Key, Size: file.Size, MediaType: rule.MediaType(file.MediaType), ETag: file.ETag,
		Class: file.StorageClass, State: rulebook.FileState(file), Stored: file.LastModified, FirstSeen: file.FirstSeen,
		Gone: when(file.GoneAt), Why: why.Sentence, Elsewhere: why.Elsewhere,
	}
	if p := facts.Placement; p != nil {
		in.PlacementID, in.Placement = p.ID, string(p.State)
		in.InSEA = p.State == models.PlacementPlaced || p.State == models.PlacementRemoving
	}
	for _, r := range why.Rules {
		in.Rules = append(in.Rules, views.WhyRule{
			ID: r.ID, Name: r.Name, Version: r.Version, Priority: r.Priority, State: r.State, Manages: r.Manages,
			Matches: r.Matches, Verdict: r.Verdict, Outcomes: r.Outcomes,
		})
	}
	for _, s := range why.Steps {
		in.Steps = append(in.Steps, views.WhyStep(s))
	}
	if in.Attributes, err = attributes(file); err != nil {
		return err
	}
	return h.show(c, http.StatusOK, func(p layout.Page) templ.Component { return views.CatalogueShow(p, in) })
}
