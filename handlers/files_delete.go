package handlers

import (
	"net/http"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"seaportal/internal/fault"
	"seaportal/internal/path"
	"seaportal/models"
	"seaportal/views"
	"seaportal/views/layout"
	"seaportal/views/ui"
)

// AskDelete asks before files leave SEA. Those of the selection that are not
// there any more are left out, those on hold are named and stay.
func (h *Files) AskDelete(c echo.Context) error {
	return h.askDelete(c, http.StatusOK, c.QueryParams()["id"], "")
}

func (h *Files) askDelete(c echo.Context, status int, selection []string, refused string) error {
	ctx, unit, shown := ofUnit(c)
	chosen, err := ids(selection)
	if err != nil {
		return err
	}
	files, err := h.files.Selected(ctx, unit, chosen)
	if err != nil {
		return err
	}
	in := views.FileDeleteProps{Unit: shown, Refused: refused}
	for _, p := range files {
		switch {
		case p.State != models.PlacementPlaced:
			continue
		case p.Held:
			in.Held = append(in.Held, h.row(p, nil))
			continue
		}
		in.Files = append(in.Files, h.row(p, nil))
		if in.Bytes += p.Size; p.Downloads == 0 {
			in.Unseen++
		}
	}
	return h.show(c, status, func(p layout.Page) templ.Component { return views.FileDelete(p, in) })
}

// Delete removes files from SEA. When one of them was put on hold meanwhile,
// none goes, and the page asks again about the others.
func (h *Files) Delete(c echo.Context) error {
	ctx, unit, _ := ofUnit(c)
	form, err := c.FormParams()
	if err != nil {
		return err
	}
	chosen, err := ids(form["id"])
	if err != nil {
		return err
	}
	err = h.files.Delete(ctx, actor(c), unit, chosen)
	if fault.Is(err, fault.Conflict) {
		return h.askDelete(c, http.StatusConflict, form["id"], fault.Message(err))
	}
	if err != nil {
		return err
	}
	return h.done(c, path.Files(unit.Slug), ui.Plural(int64(len(chosen)), "file is", "files are")+" deleted from SEA.")
}
