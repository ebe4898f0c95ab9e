package handlers

import (
	"encoding/base64"
	"net/http"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"seaportal/internal/path"
	"seaportal/views"
	"seaportal/views/layout"
)

// Strangers lists the objects in the unit's SEA location that no placement
// explains. A place to go on from that cannot be read is the start.
func (h *Units) Strangers(c echo.Context) error {
	ctx, unit, shown := ofUnit(c)
	after, err := base64.RawURLEncoding.DecodeString(c.QueryParam("after"))
	if err != nil {
		after = nil
	}
	page, err := h.files.Strangers(ctx, unit, string(after))
	if err != nil {
		return err
	}
	in := views.StrangerListProps{Unit: shown, Location: unit.FileLocation()}
	if in.Total, err = h.files.CountStrangers(ctx, unit); err != nil {
		return err
	}
	for _, s := range page.Rows {
		in.Rows = append(in.Rows, views.Stranger{Key: s.Key, Size: s.Size, FirstSeen: s.FirstSeen, Modified: s.LastModified})
	}
	if len(after) > 0 {
		in.Start = path.Strangers(unit.Slug)
	}
	if page.More {
		in.Next = path.StrangersAfter(unit.Slug, page.Rows[len(page.Rows)-1].Key)
	}
	return h.show(c, http.StatusOK, func(p layout.Page) templ.Component { return views.StrangerList(p, in) })
}
