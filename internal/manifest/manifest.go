// Package manifest owns lists of files that prove what they say: which files
// were placed, how large, with which checksum, by which version of which rule
// and when, as CSV or as JSON that is signed with Ed25519. It makes them from
// the placements, keeps the key pair that signs, and checks files on a disk
// against a signed one, offline. docs/manifest.md describes the format.
//
// It refuses to list what was never placed, and to let a signed list go out that
// the history does not know.
package manifest

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"time"

	"seaportal/internal/clock"
	"seaportal/internal/fault"
	"seaportal/internal/history"
	"seaportal/internal/keyring"
	"seaportal/internal/lifecycle"
	"seaportal/internal/store"
	"seaportal/models"
)

// mostChosen bounds a selection of single files; filters have no bound.
const mostChosen = 1000

// listBatch is how many files one query brings.
const listBatch = 1000

// Format is how a manifest is written.
type Format string

// The formats.
const (
	CSV  Format = "csv"
	JSON Format = "json" // signed
)

// Service makes manifests. Keys seals the private halves of the keys.
type Service struct {
	Store *store.Store
	Keys  *keyring.Ring
	// Portal is the URL that the portal is known by, empty where none is.
	Portal string
}

// Request says what a manifest lists: the chosen files, or where none is chosen
// all that match the filter.
type Request struct {
	Format Format
	Chosen []int64 // ids of placements
	Filter lifecycle.FilesQuery
}

// Manifest is a list that is ready to be written, once.
type Manifest struct {
	service *Service
	by      models.Actor
	unit    models.BusinessUnit
	request Request
	rules   map[int64]string
	id      string
	at      time.Time
	signer  *signer // nil: CSV
}

// Prepare checks a request. Whoever may see the unit's files may call it.
//
// Faults: NotFound when a chosen file is not the unit's; Invalid beside `id` or
// `format`.
func (s *Service) Prepare(ctx context.Context, by models.Actor, unit models.BusinessUnit, in Request) (*Manifest, error) {
	if in.Format != CSV && in.Format != JSON {
		return nil, fault.BadInput(fault.Field{Name: "format", Msg: "Choose csv or json."})
	}
	if len(in.Chosen) > mostChosen {
		return nil, fault.BadInput(fault.Field{
			Name: "id", Msg: fmt.Sprintf("Select at most %d files at a time, or take all that match the filter.", mostChosen),
		})
	}
	if err := s.own(ctx, unit, in.Chosen); err != nil {
		return nil, err
	}
	m := &Manifest{service: s, by: by, unit: unit, request: in, id: rand.Text(), at: clock.Real.Now().Truncate(time.Second)}
	var err error
	if m.rules, err = s.Store.RuleNames(ctx, unit.ID); err != nil {
		return nil, err
	}
	if in.Format == JSON {
		m.signer, err = s.signer(ctx)
	}
	return m, err
}

// own makes sure that every chosen file is the unit's.
func (s *Service) own(ctx context.Context, unit models.BusinessUnit, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	wanted := make(map[int64]bool, len(ids))
	for _, id := range ids {
		wanted[id] = true
	}
	rows, err := s.Store.PlacementsByID(ctx, unit.ID, ids)
	if err == nil && len(rows) < len(wanted) {
		err = fault.New(fault.NotFound, "A file of your selection does not exist, or you may not see it.")
	}
	return err
}

// FileName is what to save the manifest as.
func (m *Manifest) FileName() string {
	return "manifest-" + m.unit.Slug + "-" + m.at.Format("20060102-150405") + "." + string(m.request.Format)
}

// Write writes the manifest. It reads the files page by page, so that memory
// stays flat, and records in the history what it wrote before the end goes out.
// What it wrote until an error is no manifest: a signed one lacks its end.
func (m *Manifest) Write(ctx context.Context, w io.Writer) error {
	if m.request.Format == CSV {
		return m.writeCSV(ctx, w)
	}
	return m.writeJSON(ctx, w)
}

// Totals is what a manifest lists.
type Totals struct {
	Files int64 `json:"files"`
	Bytes int64 `json:"bytes"`
}

// each calls do for every file that the manifest lists, the newest first.
func (m *Manifest) each(ctx context.Context, do func(entry) error) (Totals, error) {
	query := m.request.Filter.Selects(m.unit.ID)
	if len(m.request.Chosen) > 0 {
		query = store.PlacementsQuery{UnitID: m.unit.ID, IDs: m.request.Chosen}
	}
	query.Placed, query.Limit = true, listBatch
	var all Totals
	for {
		rows, err := m.service.Store.Placements(ctx, query)
		if err != nil {
			return all, err
		}
		for _, row := range rows {
			if err := do(m.entry(row)); err != nil {
				return all, err
			}
			all.Files++
			all.Bytes += row.Size
		}
		if len(rows) < listBatch {
			return all, nil
		}
		query.After = rows[len(rows)-1].ID
	}
}

// record writes into the history that the manifest was made.
func (m *Manifest) record(ctx context.Context, all Totals, more map[string]any) error {
	details := map[string]any{"manifest": m.id, "format": m.request.Format, "files": all.Files, "bytes": all.Bytes}
	for name, value := range m.selection() {
		details[name] = value
	}
	for name, value := range more {
		details[name] = value
	}
	kind := "a CSV list"
	if m.request.Format == JSON {
		kind = "a signed manifest"
	}
	return m.service.Store.Tx(ctx, func(tx *store.Store) error {
		return history.Record(ctx, tx, history.Event{
			By: m.by, UnitID: m.unit.ID, Action: "manifest.made", ObjectKind: "business_unit", ObjectID: m.unit.ID,
			Summary: "Made " + kind + " of " + files(all.Files), Details: details,
		})
	})
}

func files(n int64) string {
	if n == 1 {
		return "1 file"
	}
	return fmt.Sprintf("%d files", n)
}

// selection is what was asked for, as the manifest and the history tell it.
func (m *Manifest) selection() map[string]any {
	if n := len(m.request.Chosen); n > 0 {
		return map[string]any{"chosen": n}
	}
	f, all := m.request.Filter, map[string]any{"status": cmp.Or(m.request.Filter.Status, "not removed")}
	if f.Search != "" {
		all["name_contains"] = text(f.Search)
	}
	if f.RuleID != 0 {
		all["rule_id"] = f.RuleID
	}
	if f.Never {
		all["downloaded"] = "never"
	}
	for name, at := range map[string]time.Time{"placed_from": f.PlacedFrom, "placed_until": f.PlacedUntil} {
		if !at.IsZero() {
			all[name] = at.UTC().Format(time.RFC3339)
		}
	}
	return all
}
