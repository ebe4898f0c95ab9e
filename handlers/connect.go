package handlers

import (
	"net/http"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"seaportal/internal/credential"
	"seaportal/internal/lifecycle"
	"seaportal/models"
	"seaportal/views"
	"seaportal/views/layout"
)

// Connect is how clients are connected to a unit's location.
type Connect struct {
	frame
	credentials *credential.Service
	folder      folder
	endpoint    views.Connect // the endpoint's part
}

// Show is the guide of every client, to read or to print.
func (h *Connect) Show(c echo.Context) error { return h.guide(c, "") }

// Client is the guide of one client.
func (h *Connect) Client(c echo.Context) error {
	client := c.Param("client")
	if !views.HasGuide(client) {
		return unknown()
	}
	return h.guide(c, client)
}

func (h *Connect) guide(c echo.Context, client string) error {
	ctx, unit, shown := ofUnit(c)
	status, err := h.credentials.Current(ctx, unit)
	if err != nil {
		return err
	}
	in := views.ConnectShowProps{Unit: shown, Client: client, Connect: h.endpoint}
	in.Connect.Slug, in.Connect.Location = unit.Slug, unit.FileLocation()
	if status.Live != nil {
		in.Connect.AccessKeyID = status.Live.AccessKeyID
	}
	if in.Connect.Folder, err = h.folder.of(c, unit); err != nil {
		return err
	}
	return h.show(c, http.StatusOK, func(p layout.Page) templ.Component { return views.ConnectShow(p, in) })
}

// folder tells how a unit's location stands.
type folder struct{ files *lifecycle.Engine }

func (f folder) of(c echo.Context, unit models.BusinessUnit) (views.Folder, error) {
	summary, err := f.files.Summary(c.Request().Context(), unit)
	return views.Folder{Files: summary.ByState[models.PlacementPlaced].Files, Marker: unit.FolderMarker}, err
}
