package handlers

import (
	"strconv"
	"strings"
	"time"

	"seaportal/internal/fault"
	"seaportal/internal/link"
	"seaportal/internal/sealed"
	"seaportal/views"
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
		ID: l.ID, FileID: l.FirstID, Key: l.Key, Files: l.Files, Present: l.Present, Bytes: l.Bytes, State: l.State(), Note: l.Note,
		Created: l.CreatedAt, CreatedBy: l.CreatedBy, Expires: l.Stops, Downloads: l.Downloads, MaxDownloads: l.MaxDownloads,
		HasPIN: l.PINHash != "",
	}
}

// readLink decodes the form. A field that is left out has its default: a day,
// any number of downloads, no PIN, no note.
func readLink(in views.LinkNewProps, selection []string, pin string) (link.New, error) {
	want := link.New{Lifetime: 24 * time.Hour, PIN: sealed.NewPlain(strings.TrimSpace(pin)), Note: in.Note}
	var err error
	if want.PlacementIDs, err = ids(selection); err != nil {
		return want, err
	}
	if len(want.PlacementIDs) == 0 {
		return want, unknown()
	}
	if in.Lifetime != "" {
		if want.Lifetime, err = readLifetime(in.Lifetime, in.Other); err != nil {
			return want, err
		}
	}
	if in.MaxDownloads != "" {
		if want.MaxDownloads, err = strconv.Atoi(strings.TrimSpace(in.MaxDownloads)); err != nil {
			return want, fault.BadInput(fault.Field{Name: "max_downloads", Msg: "Write a whole number; 0 is any number."})
		}
	}
	return want, nil
}
