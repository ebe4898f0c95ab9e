package rulebook

import (
	"cmp"
	"context"
	"slices"
	"time"

	"seaportal/internal/rule"
	"seaportal/models"
)

// previewer holds files against a definition and counts.
type previewer struct {
	unit    models.BusinessUnit
	ruleID  int64
	matcher *rule.Matcher
	now     time.Time
	// rivals are the unit's other rules that claim files now, and the previewed
	// one among them as if it were on.
	rivals  []*rule.Matcher
	ids     map[*rule.Matcher]int64
	names   map[int64]string
	managed map[int64]int64
	seen    Preview
}

func (s *Service) newPreviewer(
	ctx context.Context, unit models.BusinessUnit, d rule.Definition, ruleID int64,
) (*previewer, error) {
	d.State = rule.On
	matcher, err := rule.Compile(d)
	if err != nil {
		return nil, err
	}
	p := &previewer{
		unit: unit, ruleID: ruleID, matcher: matcher, now: s.Clock.Now(), rivals: []*rule.Matcher{matcher},
		ids: map[*rule.Matcher]int64{matcher: ruleID}, managed: map[int64]int64{},
		seen: Preview{Misses: make([]int64, len(d.Criteria))},
	}
	if p.names, err = s.Store.RuleNames(ctx, unit.ID); err != nil {
		return p, err
	}
	rules, err := s.Store.Rules(ctx, unit.ID)
	if err != nil {
		return p, err
	}
	for _, row := range rules {
		other, err := Definition(row)
		if err != nil {
			return p, err
		}
		if row.ID == ruleID || other.MediaType != d.MediaType {
			continue
		}
		m, err := rule.Compile(other)
		if err != nil {
			return p, err
		}
		p.rivals, p.ids[m] = append(p.rivals, m), row.ID
	}
	return p, nil
}

// look counts one file, for the first reason that applies.
func (p *previewer) look(file models.File, known rule.File) {
	p.seen.Looked++
	if row, missed := p.matcher.Miss(known); missed {
		if row >= 0 {
			p.seen.Misses[row]++
		}
		return
	}
	p.seen.Matching++
	d := p.matcher.Definition()
	manager, managed := p.managerOf(file, known)
	switch {
	case file.ProcessedAt != nil:
		p.seen.PlacedBefore++
	case managed:
		p.managed[manager]++
	case file.GoneAt != nil:
		p.seen.Gone++
	case file.LongTerm() || p.unit.StorageKind == models.StorageCustom:
		p.seen.NotActive++
	case d.Action.Places() && rule.Due(file.LastModified, d.AfterDays, d.StartDate).After(p.now), d.StartDate.After(p.now):
		p.seen.NotDue++
	default:
		p.take(file)
	}
}

// managerOf gives the other rule that has the file, or would get it first.
func (p *previewer) managerOf(file models.File, known rule.File) (int64, bool) {
	if file.RuleID != nil {
		return *file.RuleID, *file.RuleID != p.ruleID
	}
	best, ok := rule.Choose(p.rivals, known, p.now)
	return p.ids[best], ok && best != p.matcher
}

func (p *previewer) take(file models.File) {
	p.seen.Now.Files++
	p.seen.Now.Bytes += file.Size
	if len(p.seen.First) < previewFirst {
		p.seen.First = append(p.seen.First, PreviewFile{
			ID: file.ID, Key: file.Key, Size: file.Size, Stored: file.LastModified.UTC(),
		})
	}
}

// result adds the other rules, the one with most files first.
func (p *previewer) result() Preview {
	for id, files := range p.managed {
		p.seen.ManagedBy = append(p.seen.ManagedBy, Manager{RuleID: id, Name: p.names[id], Files: files})
	}
	slices.SortFunc(p.seen.ManagedBy, func(a, b Manager) int {
		return cmp.Or(cmp.Compare(b.Files, a.Files), cmp.Compare(a.RuleID, b.RuleID))
	})
	return p.seen
}
