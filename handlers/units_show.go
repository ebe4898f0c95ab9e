package handlers

import (
	"context"
	"net/http"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"seaportal/internal/credential"
	"seaportal/internal/rule"
	"seaportal/internal/rulebook"
	"seaportal/models"
	"seaportal/views"
	"seaportal/views/layout"
)

// Show is a unit's overview: how far it is set up, and what is in SEA.
func (h *Units) Show(c echo.Context) error {
	ctx, unit, shown := ofUnit(c)
	in := views.BusinessUnitShowProps{
		Unit: shown, Location: unit.FileLocation(), ActiveStorage: unit.ActiveBucket + "/" + unit.ActivePrefix,
		ScannedAt: when(unit.ScannedAt), ScanProblem: unit.ScanError, ScanSkipped: unit.ScanSkipped, FolderMarker: unit.FolderMarker,
	}
	if err := h.addCredential(ctx, unit, &in); err != nil {
		return err
	}
	if err := h.addRules(ctx, unit, &in); err != nil {
		return err
	}
	if err := h.addFiles(ctx, unit, &in); err != nil {
		return err
	}
	if err := h.addBacklog(ctx, unit, &in); err != nil {
		return err
	}
	return h.show(c, http.StatusOK, func(p layout.Page) templ.Component { return views.BusinessUnitShow(p, in) })
}

func (h *Units) addCredential(ctx context.Context, unit models.BusinessUnit, in *views.BusinessUnitShowProps) error {
	status, err := h.credentials.Current(ctx, unit)
	if err != nil {
		return err
	}
	in.HasCredential = status.State == credential.Active
	in.Unconfirmed = in.HasCredential && status.Live.AcknowledgedAt == nil
	in.ClientSeen = when(status.LastUsedAt)
	if since, never := status.IdleSince(h.life.Now()); since != nil {
		in.Attention = append(in.Attention, unused("", unit.Slug, *since, never))
	}
	return nil
}

func (h *Units) addRules(ctx context.Context, unit models.BusinessUnit, in *views.BusinessUnitShowProps) error {
	rules, err := h.rules.List(ctx, unit)
	if err != nil {
		return err
	}
	in.Rules, in.PausedRules = countRules(rules, rule.On), countRules(rules, rule.Paused)
	return nil
}

func countRules(rules []rulebook.Rule, state rule.State) int64 {
	n := int64(0)
	for _, r := range rules {
		if r.State == state {
			n++
		}
	}
	return n
}

func (h *Units) addFiles(ctx context.Context, unit models.BusinessUnit, in *views.BusinessUnitShowProps) error {
	summary, err := h.files.Summary(ctx, unit)
	if err != nil {
		return err
	}
	count := func(state models.PlacementState) int64 { return summary.ByState[state].Files }
	placed := summary.ByState[models.PlacementPlaced]
	in.Files, in.Bytes, in.DeletesSoon = placed.Files, placed.Bytes, summary.ExpiringSoon
	in.Failed = count(models.PlacementFailed) - summary.ByState[models.PlacementFailed].Missed
	in.Queued = count(models.PlacementQueued) + count(models.PlacementPlacing)
	in.EverPlaced = placed.Files+count(models.PlacementRemoving)+count(models.PlacementRemoved) > 0
	in.NotFetched = summary.NotFetched
	if in.Failed > 0 {
		in.Attention = append(in.Attention, failures("", unit.Slug, in.Failed))
	}
	if refused := summary.ByState[models.PlacementRemoving].Refused; refused > 0 {
		in.Attention = append(in.Attention, unremoved("", unit.Slug, refused))
	}
	stayed, err := h.files.CountUnmoved(ctx, unit)
	if err != nil {
		return err
	}
	if stayed > 0 {
		in.Attention = append(in.Attention, unmoved("", unit.Slug, stayed))
	}
	if in.NotFetched > 0 {
		in.Attention = append(in.Attention, unseen("", unit.Slug, in.NotFetched))
	}
	found, err := h.files.CountStrangers(ctx, unit)
	if found > 0 {
		in.Attention = append(in.Attention, strangers("", unit.Slug, found))
	}
	return err
}

func (h *Units) addBacklog(ctx context.Context, unit models.BusinessUnit, in *views.BusinessUnitShowProps) error {
	backlog, err := h.files.Backlog(ctx, unit)
	in.Backlog = views.Backlog{
		Files: backlog.Files, Bytes: backlog.Bytes, LastHour: backlog.LastHour,
		DailyLimit: int64(backlog.DailyLimit), Today: backlog.Today, End: when(backlog.End),
	}
	return err
}
