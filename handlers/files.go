package handlers

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"seaportal/internal/history"
	"seaportal/internal/keys"
	"seaportal/internal/lifecycle"
	"seaportal/internal/link"
	"seaportal/internal/path"
	"seaportal/internal/receipt"
	"seaportal/internal/rulebook"
	"seaportal/models"
	"seaportal/views"
	"seaportal/views/layout"
	"seaportal/views/ui"
)

// Files is a unit's placements, and the files that were never placed.
type Files struct {
	frame
	files    *lifecycle.Engine
	rules    *rulebook.Service
	links    *link.Service
	history  *history.Log
	receipts *receipt.Service
	keys     *keys.Service
}

// List shows a page of placements, newest first.
func (h *Files) List(c echo.Context) error {
	ctx, unit, shown := ofUnit(c)
	query := filesQuery(c)
	query.After, _ = number(c.QueryParam("after"))
	query.Before, _ = number(c.QueryParam("before"))
	page, err := h.files.Files(ctx, unit, query)
	if err != nil {
		return err
	}
	names, err := h.rules.Names(ctx, unit)
	if err != nil {
		return err
	}
	in := views.FileListProps{
		Unit: shown, Query: query.Search, Status: query.Status, Rule: c.QueryParam("rule"), Rules: ruleOptions(names),
		Downloaded: c.QueryParam("downloaded"), Past: len(page.Rows) == 0 && (query.After > 0 || query.Before > 0),
	}
	if in.Failed, err = h.files.CountFailed(ctx, unit); err != nil {
		return err
	}
	for _, p := range page.Rows {
		in.Rows = append(in.Rows, h.row(p, names))
	}
	if n := len(page.Rows); n > 0 {
		in.Newer = beside(c, page.Newer, "before", page.Rows[0].ID)
		in.Older = beside(c, page.Older, "after", page.Rows[n-1].ID)
	}
	return h.show(c, http.StatusOK, func(p layout.Page) templ.Component { return views.FileList(p, in) })
}

// beside gives the page next to this one, with the same filters; nothing where
// there is none.
func beside(c echo.Context, there bool, side string, id int64) string {
	if !there {
		return ""
	}
	query := c.QueryParams()
	other := url.Values{side: {strconv.FormatInt(id, 10)}}
	for _, filter := range []string{"q", "status", "rule", "downloaded"} {
		if text := query.Get(filter); text != "" {
			other.Set(filter, text)
		}
	}
	return c.Request().URL.Path + "?" + other.Encode()
}

func ruleOptions(names map[int64]string) []ui.Option {
	all := make([]ui.Option, 0, len(names))
	for id, name := range names {
		all = append(all, ui.Option{Value: strconv.FormatInt(id, 10), Label: name})
	}
	slices.SortFunc(all, func(a, b ui.Option) int {
		if a.Label != b.Label {
			return strings.Compare(a.Label, b.Label)
		}
		return strings.Compare(a.Value, b.Value)
	})
	return all
}

func (h *Files) row(p models.Placement, names map[int64]string) views.FileRow {
	return views.FileRow{
		ID: p.ID, Key: p.Key, RuleID: p.RuleID, Rule: names[p.RuleID], Size: p.Size, State: string(p.State),
		Placed: when(p.PlacedAt), Expires: when(p.ExpiresAt), Soon: h.files.ExpiresSoon(p),
		Held: p.Held && p.State == models.PlacementPlaced, Missed: p.Missed(),
		Downloaded: when(p.FirstDownloadedAt), Problem: p.LastError,
	}
}

// find looks the placement of the route up in the unit of the route.
func (h *Files) find(c echo.Context) (models.Placement, error) {
	ctx, unit, _ := ofUnit(c)
	number, err := id(c)
	if err != nil {
		return models.Placement{}, err
	}
	return h.files.File(ctx, unit, number)
}

// Download redirects to where S3 gives the file's bytes, and records that. The
// address is a credential for a minute: it is kept from caches and from the
// log. HEAD only looks whether the file is there.
func (h *Files) Download(c echo.Context) error {
	ctx, unit, _ := ofUnit(c)
	p, err := h.find(c)
	if err != nil {
		return err
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	if c.Request().Method == http.MethodHead {
		return c.NoContent(http.StatusOK)
	}
	to, err := h.links.Download(ctx, actor(c), unit, p.ID)
	if err != nil {
		return err
	}
	c.Response().Header().Set("Referrer-Policy", "no-referrer")
	return c.Redirect(http.StatusSeeOther, to)
}

// ZIP sends chosen files as one ZIP, and records that.
func (h *Files) ZIP(c echo.Context) error {
	ctx, unit, _ := ofUnit(c)
	chosen, err := ids(c.QueryParams()["id"])
	if err != nil {
		return err
	}
	d, err := h.links.Archive(ctx, actor(c), unit, chosen)
	if err != nil {
		return err
	}
	return send(c, d)
}

// Retry tries a failed placement again.
func (h *Files) Retry(c echo.Context) error {
	ctx, unit, _ := ofUnit(c)
	number, err := id(c)
	if err != nil {
		return err
	}
	if err := h.files.Retry(ctx, actor(c), unit, []int64{number}); err != nil {
		return err
	}
	return h.done(c, path.File(unit.Slug, number), "The file is tried again.")
}

// RetryFailed tries every failed placement of the unit again.
func (h *Files) RetryFailed(c echo.Context) error {
	ctx, unit, _ := ofUnit(c)
	failed, err := h.files.CountFailed(ctx, unit)
	if err != nil {
		return err
	}
	if err := h.files.RetryFailed(ctx, actor(c), unit); err != nil {
		return err
	}
	said := "No placement had failed."
	if failed > 0 {
		said = ui.Plural(failed, "placement is", "placements are") + " tried again."
	}
	return h.done(c, path.Files(unit.Slug), said)
}
