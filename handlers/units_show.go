package handlers

import (
	"context"
	"net/http"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"seaportal/internal/businessunit"
	"seaportal/internal/credential"
	"seaportal/internal/path"
	"seaportal/internal/rule"
	"seaportal/models"
	"seaportal/views"
	"seaportal/views/layout"
	"seaportal/views/ui"
)

// Show is a unit's overview: how far it is set up, and what is in SEA.
func (h *Units) Show(c echo.Context) error {
	ctx, unit, shown := ofUnit(c)
	in := views.BusinessUnitShowProps{
		Unit: shown, Location: unit.FileLocation(), ActiveStorage: unit.ActiveBucket + "/" + unit.ActivePrefix,
		ScannedAt: when(unit.ScannedAt), ScanProblem: unit.ScanError,
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
	return nil
}

func (h *Units) addRules(ctx context.Context, unit models.BusinessUnit, in *views.BusinessUnitShowProps) error {
	rules, err := h.rules.List(ctx, unit)
	if err != nil {
		return err
	}
	for _, r := range rules {
		if r.State == rule.On {
			in.Rules++
		}
	}
	return nil
}

func (h *Units) addFiles(ctx context.Context, unit models.BusinessUnit, in *views.BusinessUnitShowProps) error {
	summary, err := h.files.Summary(ctx, unit)
	if err != nil {
		return err
	}
	count := func(state models.PlacementState) int64 { return summary.ByState[state].Files }
	placed := summary.ByState[models.PlacementPlaced]
	in.Files, in.Bytes, in.DeletesSoon = placed.Files, placed.Bytes, summary.ExpiringSoon
	in.Failed = count(models.PlacementFailed)
	in.Queued = count(models.PlacementQueued) + count(models.PlacementPlacing)
	in.EverPlaced = placed.Files+count(models.PlacementRemoving)+count(models.PlacementRemoved) > 0
	in.NotFetched = summary.NotFetched
	return nil
}

// attention gathers what waits for a person, unit by unit.
func attention(all []businessunit.Summary) []views.Attention {
	var list []views.Attention
	for _, unit := range all {
		name, slug := unit.Name, unit.Slug
		if unit.ScanError != "" {
			list = append(list, views.Attention{
				Tone: ui.ToneBad, Title: name + ": active storage could not be read", Text: unit.ScanError,
				Action: "Open", Href: path.BusinessUnit(slug),
			})
		}
		if unit.Failed > 0 {
			list = append(list, views.Attention{
				Tone: ui.ToneBad, Title: name + ": " + ui.Plural(unit.Failed, "file", "files") + " could not be placed",
				Text: "Each says why, and can be tried again.", Action: "See files",
				Href: path.FilesWith(slug, map[string][]string{"status": {string(models.PlacementFailed)}}),
			})
		}
		if unit.Unseen > 0 {
			list = append(list, views.Attention{
				Tone: ui.ToneWarn, Title: name + ": " + ui.Plural(unit.Unseen, "file", "files") + " will be deleted within 3 days",
				Text: "Nobody downloaded them through the portal.", Action: "See files", Href: path.Files(slug),
			})
		}
		if set := unit.Credential; set != nil && set.State == models.CredentialActive && set.AcknowledgedAt == nil {
			list = append(list, views.Attention{
				Tone: ui.ToneWarn, Title: name + ": credentials not confirmed saved",
				Text: "Regenerate them if you don't have the secret.", Action: "Credentials", Href: path.Credentials(slug),
			})
		}
	}
	return list
}
