package handlers

import (
	"seaportal/internal/clock"
	"seaportal/internal/link"
	"seaportal/views"
	"seaportal/views/ui"
)

func linkRows(issued []link.Issued) []views.LinkRow {
	rows := make([]views.LinkRow, len(issued))
	for i, l := range issued {
		rows[i] = linkRow(l)
	}
	return rows
}

func linkRow(l link.Issued) views.LinkRow {
	return views.LinkRow{
		ID: l.ID, FileID: l.PlacementID, Key: l.Key, State: linkState(l), Created: l.CreatedAt, CreatedBy: l.CreatedBy,
		Expires: l.ExpiresAt, Downloads: l.Downloads, MaxDownloads: l.MaxDownloads, HasPIN: l.PINHash != "",
	}
}

func linkState(l link.Issued) string {
	switch {
	case l.RevokedAt != nil:
		return "revoked"
	case !clock.Real.Now().Before(l.ExpiresAt):
		return "expired"
	case l.MaxDownloads > 0 && l.Downloads >= l.MaxDownloads:
		return "used-up"
	}
	return "live"
}

// left says how many downloads a link has left, and nothing where any number
// is allowed.
func left(file link.View) string {
	if file.MaxDownloads == 0 {
		return ""
	}
	return ui.Count(int64(max(0, file.MaxDownloads-file.Downloads)))
}
