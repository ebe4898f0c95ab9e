package rulebook

import (
	"slices"
	"strings"
	"time"

	"seaportal/internal/rule"
	"seaportal/internal/store"
	"seaportal/models"
)

// question is what a preview asks of every file. It is not changed once it is
// made, so that all walkers share it.
type question struct {
	unit    models.BusinessUnit
	ruleID  int64
	matcher *rule.Matcher
	now     time.Time
	recent  time.Time // what arrived since counts for the daily estimate
	// rivals are the media type's other rules, and the previewed one among them
	// as if it were on.
	rivals []*rule.Matcher
	ids    map[*rule.Matcher]int64
	names  map[int64]string
}

// previewer is one walker's part of a preview.
type previewer struct {
	*question

	seen    Preview
	managed map[int64]int64 // files by the other rule that has them
	oldest  time.Time
}

// look counts one file, for the first reason that applies.
func (p *previewer) look(row *store.CatalogueRow, known rule.File) {
	if p.seen.Looked++; p.seen.Looked == 1 || row.Stored.Before(p.oldest) {
		p.oldest = row.Stored
	}
	if condition, missed := p.matcher.Miss(known); missed {
		if condition >= 0 {
			p.seen.Misses[condition]++
		}
		return
	}
	p.seen.Matching++
	d := p.matcher.Definition()
	manager, managed := p.managerOf(row, known)
	if !managed && row.Stored.After(p.recent) {
		p.seen.PerDay.add(1, row.Size)
	}
	switch {
	case row.Processed:
		p.seen.PlacedBefore++
	case managed:
		p.managed[manager]++
	case row.Gone:
		p.seen.Gone++
	case row.LongTerm || p.unit.StorageKind == models.StorageCustom:
		p.seen.NotActive++
	case d.Action.Places() && rule.Due(row.Stored, d.AfterDays, d.StartDate).After(p.now), d.StartDate.After(p.now):
		p.seen.NotDue++
	default:
		p.take(row)
	}
}

// managerOf gives the other rule that has the file, or would get it first.
func (p *previewer) managerOf(row *store.CatalogueRow, known rule.File) (int64, bool) {
	if row.RuleID != 0 {
		return row.RuleID, row.RuleID != p.ruleID
	}
	best, ok := rule.Choose(p.rivals, known, p.now)
	return p.ids[best], ok && best != p.matcher
}

// take counts a file that would be placed, and remembers it among the first.
func (p *previewer) take(row *store.CatalogueRow) {
	p.seen.Now.add(1, row.Size)
	first := p.seen.First
	if len(first) == previewFirst && row.Key >= first[previewFirst-1].Key {
		return
	}
	at, _ := slices.BinarySearchFunc(first, row.Key, func(f PreviewFile, key string) int {
		return strings.Compare(f.Key, key)
	})
	first = slices.Insert(first, at, PreviewFile{ID: row.ID, Key: row.Key, Size: row.Size, Stored: row.Stored})
	p.seen.First = first[:min(previewFirst, len(first))]
}
