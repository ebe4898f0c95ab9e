package handlers

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"seaportal/internal/history"
	"seaportal/internal/link"
	"seaportal/internal/rule"
	"seaportal/models"
	"seaportal/views"
	"seaportal/views/layout"
	"seaportal/views/ui"
)

// Show is one placement with everything that is known of it.
func (h *Files) Show(c echo.Context) error { return h.file(c, http.StatusOK, views.HoldForm{}) }

func (h *Files) file(c echo.Context, status int, form views.HoldForm) error {
	ctx, unit, shown := ofUnit(c)
	p, err := h.find(c)
	if err != nil {
		return err
	}
	names, err := h.rules.Names(ctx, unit)
	if err != nil {
		return err
	}
	file, _, err := h.files.CatalogueFile(ctx, unit, p.FileID)
	if err != nil {
		return err
	}
	in := placementProps(unit, p)
	in.Unit, in.File, in.FileID, in.HoldForm = shown, h.row(p, names), p.FileID, form
	in.LeftActive = file.GoneAt != nil
	if p.State == models.PlacementPlaced {
		in.KeyRefused = string(h.keys.Refused(ctx, p.KeyARN))
	}
	if p.State == models.PlacementFailed {
		by, err := h.rules.Show(ctx, unit, p.RuleID)
		if err != nil {
			return err
		}
		in.Unruled = by.State == rule.Deleted
	}
	if in.File.Held {
		if in.Hold, err = h.hold(ctx, p); err != nil {
			return err
		}
	}
	if in.Attributes, err = attributes(file); err != nil {
		return err
	}
	if in.Steps, err = h.steps(ctx, unit, p); err != nil {
		return err
	}
	issued, err := h.links.List(ctx, unit, link.Query{PlacementID: p.ID})
	if err != nil {
		return err
	}
	in.Links, in.MoreLinks = linkRows(issued.Rows), issued.Older
	if err := h.addDownloads(c, p, &in); err != nil {
		return err
	}
	return h.show(c, status, func(page layout.Page) templ.Component { return views.FileShow(page, in) })
}

func (h *Files) hold(ctx context.Context, p models.Placement) (*views.Hold, error) {
	hold, err := h.files.HoldOf(ctx, p)
	if err != nil || hold == nil {
		return nil, err
	}
	return &views.Hold{Reason: hold.Reason, By: hold.CreatedBy, Since: hold.CreatedAt}, nil
}

func placementProps(unit models.BusinessUnit, p models.Placement) views.FileShowProps {
	in := views.FileShowProps{
		ContentType: p.ContentType, Checksum: checksum(p.Checksum), VerifiedBy: verifiedBy(p.VerifiedBy), KeyARN: p.KeyARN,
		ETag: p.SourceETag, RuleVersion: p.RuleVersion, Action: rule.Action(p.Action),
		RuleDeleted: p.SourceState == models.SourceLeft, Source: sourceText(p),
		Attempts: p.Attempts, Removed: when(p.RemovedAt),
		Removal: removal(p), Downloads: p.Downloads,
	}
	if p.State == models.PlacementQueued || p.State == models.PlacementPlacing && p.Owner == "" {
		in.Waits = p.LastError != ""
		in.NextTry = when(p.NextAttemptAt)
	}
	if p.SEAKey != "" {
		in.SEAKey = unit.FileLocation() + p.SEAKey
	}
	return in
}

// checksum writes "SHA256:text" as people read it.
func checksum(text string) string { return strings.Replace(text, ":", " ", 1) }

func verifiedBy(how string) string {
	switch how {
	case "":
		return ""
	case "checksum":
		return "S3's checksums of the original and the copy are equal"
	case "content":
		return "The bytes of the original and the copy were read and are equal"
	case "reading":
		return "The bytes of the copy were read and agree with its checksum"
	case "size":
		return "The original is gone and S3 keeps no checksum: the copy was read whole and has the size that was listed"
	}
	return how
}

func sourceText(p models.Placement) string {
	if p.Missed() {
		return missedText(p.SourceState)
	}
	if p.Action != string(rule.Move) {
		return ""
	}
	switch p.SourceState {
	case models.SourceKept:
		return "Still in active storage"
	case models.SourceDeleting:
		if p.State == models.PlacementPlaced && p.LastError != "" {
			return "Still in active storage: " + p.LastError + " Every run tries again."
		}
		return "Being deleted from active storage"
	case models.SourceDeleted:
		return "Deleted from active storage"
	case models.SourceChanged:
		return "Stays in active storage: it was changed meanwhile"
	case models.SourceGone:
		return "Somebody else deleted it from active storage"
	case models.SourceSpared:
		return "Stays in active storage: the copy was gone before the original could be deleted"
	case models.SourceLeft:
	}
	return string(p.SourceState)
}

// missedText says where the file is that was not placed.
func missedText(source models.SourceState) string {
	switch source {
	case models.SourceChanged:
		return "Other content took its place in active storage"
	case models.SourceGone:
		return "It left active storage"
	case models.SourceLeft:
		return "Stays in active storage"
	case models.SourceKept, models.SourceDeleting, models.SourceDeleted, models.SourceSpared:
	}
	return string(source)
}

// removal says why a file left SEA, by whom and from where, as far as that is
// known.
func removal(p models.Placement) string {
	by, from := p.RemovedBy, ""
	if p.RemovedFrom != "" {
		from = " from " + p.RemovedFrom
	}
	switch p.RemoveReason {
	case models.RemovedExpired:
		return "Its days in SEA were over"
	case models.RemovedByAdmin:
		return "Deleted by " + by + from
	case models.RemovedByClient:
		if from == "" { // found by comparison: nobody saw who it was
			return "Deleted by the partner"
		}
		return "Deleted by the partner with the key " + by + from
	}
	return string(p.RemoveReason)
}

// steps is what the history tells of a placement.
func (h *Files) steps(ctx context.Context, unit models.BusinessUnit, p models.Placement) ([]views.FileStep, error) {
	page, err := h.history.Page(ctx, history.Query{UnitID: unit.ID, ObjectKind: "placement", ObjectID: p.ID})
	if err != nil {
		return nil, err
	}
	steps := make([]views.FileStep, len(page.Rows))
	for i, row := range page.Rows {
		steps[i] = views.FileStep{At: row.At, Text: row.Summary, From: row.Address, Tone: ui.ToneNone}
		if row.ActorKind != models.ActorSystem {
			steps[i].By = row.ActorName
		}
		if failed(row) {
			steps[i].Tone = ui.ToneBad
		}
	}
	return steps, nil
}

func attributes(file models.File) ([]views.Attribute, error) {
	var byName map[string]string
	if file.Attributes != "" {
		if err := json.Unmarshal([]byte(file.Attributes), &byName); err != nil {
			return nil, fmt.Errorf("read attributes of file %d: %w", file.ID, err)
		}
	}
	all := []views.Attribute{{Name: "media-type", Value: rule.MediaType(file.MediaType).Label()}}
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		all = append(all, views.Attribute{Name: name, Value: byName[name]})
	}
	return all, nil
}
