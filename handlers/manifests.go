package handlers

import (
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"seaportal/internal/fault"
	"seaportal/internal/lifecycle"
	"seaportal/internal/manifest"
)

// Manifests is lists of files that prove what they say.
type Manifests struct {
	manifests *manifest.Service
}

// Create makes a manifest of the chosen files, or of all that the filters of the
// files list match. It is recorded, as a download is.
func (h *Manifests) Create(c echo.Context) error {
	ctx, unit, _ := ofUnit(c)
	request, err := manifestRequest(c)
	if err != nil {
		return err
	}
	made, err := h.manifests.Prepare(ctx, actor(c), unit, request)
	if err != nil {
		return err
	}
	contentType := "application/json"
	if request.Format == manifest.CSV {
		contentType = "text/csv; charset=utf-8; header=present"
	}
	return attach(c, contentType, made.FileName(), func(w io.Writer) error { return made.Write(ctx, w) })
}

func manifestRequest(c echo.Context) (manifest.Request, error) {
	request := manifest.Request{Format: manifest.Format(c.QueryParam("format"))}
	var err error
	if request.Chosen, err = ids(c.QueryParams()["id"]); err != nil {
		return request, err
	}
	if len(request.Chosen) > 0 {
		return request, nil
	}
	if c.QueryParam("all") == "" {
		return request, fault.BadInput(fault.Field{Name: "id", Msg: "Select at least one file, or take the manifest of all that match the filter."})
	}
	request.Filter = filesQuery(c)
	for name, at := range map[string]*time.Time{"placed_from": &request.Filter.PlacedFrom, "placed_until": &request.Filter.PlacedUntil} {
		if *at, err = day(c.QueryParam(name)); err != nil {
			return request, fault.BadInput(fault.Field{Name: name, Msg: "Write a day as YYYY-MM-DD."})
		}
	}
	if until := &request.Filter.PlacedUntil; !until.IsZero() { // the last day is meant with it
		*until = until.AddDate(0, 0, 1)
	}
	return request, nil
}

// day reads a day in UTC; the zero time for none.
func day(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return at, fmt.Errorf("read day: %w", err)
	}
	return at, nil
}

// filesQuery reads the filters of the files list.
func filesQuery(c echo.Context) lifecycle.FilesQuery {
	query := lifecycle.FilesQuery{
		Search: c.QueryParam("q"), Status: c.QueryParam("status"), Never: c.QueryParam("downloaded") == "never",
	}
	query.RuleID, _ = number(c.QueryParam("rule"))
	return query
}

// Key gives the public keys that manifests are checked with, to anyone.
func (h *Manifests) Key(c echo.Context) error {
	keys, err := h.manifests.Published(c.Request().Context())
	if err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderCacheControl, "public, max-age=300")
	return c.Blob(http.StatusOK, "application/jwk-set+json", keys)
}
