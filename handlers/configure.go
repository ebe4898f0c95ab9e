package handlers

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"seaportal/internal/businessunit"
	"seaportal/internal/fault"
	"seaportal/internal/path"
	"seaportal/models"
	"seaportal/views"
	"seaportal/views/ui"
)

// markerWithin bounds how long the answer to saved settings waits for S3.
const markerWithin = 5 * time.Second

// settingsForm is a unit's settings as they are.
func settingsForm(unit models.BusinessUnit) views.UnitForm {
	return views.UnitForm{
		DailyLimit: strconv.Itoa(unit.DailyLimit), FolderMarker: unit.FolderMarker,
		LockVersion: strconv.FormatInt(unit.LockVersion, 10),
	}
}

// Configure changes a unit's settings. When somebody else changed them since
// the form was opened, it comes back with what was typed beside what holds now.
func (h *Units) Configure(c echo.Context) error {
	ctx, unit, _ := ofUnit(c)
	form := views.UnitForm{
		DailyLimit: c.FormValue("daily_limit"), FolderMarker: c.FormValue("folder_marker") == "yes",
		LockVersion: c.FormValue("lock_version"),
	}
	changed, err := h.units.Configure(ctx, actor(c), unit, readSettings(form))
	if form.Errors = fault.Fields(err); form.Errors != nil {
		return h.settings(c, http.StatusUnprocessableEntity, views.UnitSettingsProps{Form: form})
	}
	if fault.Is(err, fault.Conflict) {
		return h.changedMeanwhile(c, form)
	}
	if err != nil {
		return err
	}
	return h.done(c, path.Settings(unit.Slug), h.keepMarker(ctx, unit, changed))
}

// readSettings decodes the form. What is no number is none that the operation
// takes; a limit that is left out is none.
func readSettings(form views.UnitForm) businessunit.Settings {
	in := businessunit.Settings{FolderMarker: form.FolderMarker}
	var err error
	if text := strings.TrimSpace(form.DailyLimit); text != "" {
		if in.DailyLimit, err = strconv.Atoi(text); err != nil {
			in.DailyLimit = -1
		}
	}
	if in.LockVersion, err = strconv.ParseInt(form.LockVersion, 10, 64); err != nil {
		in.LockVersion = -1
	}
	return in
}

func (h *Units) changedMeanwhile(c echo.Context, form views.UnitForm) error {
	unit, err := h.units.BySlug(c.Request().Context(), c.Param("slug"))
	if err != nil {
		return err
	}
	form.LockVersion, form.Theirs = strconv.FormatInt(unit.LockVersion, 10), settingsText(unit)
	return h.settings(c, http.StatusConflict, views.UnitSettingsProps{Form: form})
}

func settingsText(unit models.BusinessUnit) string {
	text := "no daily limit"
	if unit.DailyLimit > 0 {
		text = "a daily limit of " + ui.Plural(int64(unit.DailyLimit), "file", "files")
	}
	if unit.FolderMarker {
		return text + " and a folder marker"
	}
	return text + " and no folder marker"
}

// keepMarker makes or takes away the folder marker at once, and gives the
// sentence that tells of it. What S3 refuses now, reconciliation does later,
// and reports.
func (h *Units) keepMarker(ctx context.Context, before, unit models.BusinessUnit) string {
	const saved = "The settings are saved."
	if !unit.FolderMarker && !before.FolderMarker {
		return saved
	}
	ctx, cancel := context.WithTimeout(ctx, markerWithin)
	defer cancel()
	if h.files.KeepMarker(ctx, unit) != nil {
		return saved + " S3 did not answer, so the folder marker follows within the hour."
	}
	return saved
}
