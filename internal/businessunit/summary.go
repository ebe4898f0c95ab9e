package businessunit

import (
	"context"
	"time"

	"seaportal/internal/credential"
	"seaportal/models"
)

// soon is how far ahead a deletion is pointed out.
const soon = 3 * 24 * time.Hour

// Summary is one unit with what needs attention. Files and Bytes are those in
// SEA now; DeletedSoon are those of them that expire within three days, Unseen
// those of these that nobody downloaded.
type Summary struct {
	models.BusinessUnit
	Credential *models.Credential // the set that is active or being stopped
	// IdleSince is set where nobody used the active set for 90 days: when it was
	// last used, or when it was generated, where it never was (NeverUsed).
	IdleSince            *time.Time
	NeverUsed            bool
	Files, Bytes         int64
	DeletedSoon, Unseen  int64
	Queued, Failed       int64
	RulesOn, RulesPaused int64
	Refused              int64 // are to leave SEA, and S3 has not deleted them
	Unmoved              int64 // were moved, and S3 has not deleted the originals
	Strangers            int64 // objects in SEA that no placement explains
	Downloads            int64 // that count, ever
	LastDownload         *time.Time
}

// Summaries gives every unit by name, counted, in eight queries.
func (s *Service) Summaries(ctx context.Context) ([]Summary, error) {
	units, err := s.Store.Units(ctx)
	if err != nil {
		return nil, err
	}
	totals, err := s.Store.UnitTotals(ctx, s.Clock.Now().Add(soon))
	if err != nil {
		return nil, err
	}
	credentials, err := s.Store.LiveCredentials(ctx)
	if err != nil {
		return nil, err
	}
	downloads, err := s.Store.LastDownloads(ctx)
	if err != nil {
		return nil, err
	}
	strangers, err := s.Store.CountStrangersByUnit(ctx)
	if err != nil {
		return nil, err
	}
	unmoved, err := s.Store.CountUnmovedByUnit(ctx)
	if err != nil {
		return nil, err
	}
	uses, err := s.Store.LastKeyUses(ctx)
	if err != nil {
		return nil, err
	}
	rules, err := s.Store.RuleStatesByUnit(ctx)
	if err != nil {
		return nil, err
	}
	list := make([]Summary, 0, len(units))
	for _, unit := range units {
		total := totals[unit.ID]
		summary := Summary{
			BusinessUnit: unit, Files: total.Placed, Bytes: total.Bytes, DeletedSoon: total.Soon, Unseen: total.Unloaded,
			Queued: total.Queued, Failed: total.Failed, Refused: total.Refused, Downloads: total.Downloads,
			RulesOn: rules[unit.ID].On, RulesPaused: rules[unit.ID].Paused, Strangers: strangers[unit.ID], Unmoved: unmoved[unit.ID],
		}
		if set, ok := credentials[unit.ID]; ok {
			summary.Credential = &set
			summary.IdleSince, summary.NeverUsed = s.idleSince(set, uses)
		}
		if at, ok := downloads[unit.ID]; ok {
			summary.LastDownload = &at
		}
		list = append(list, summary)
	}
	return list, nil
}

// idleSince judges by the life cycle's clock. uses are the last uses that the
// embedded server saw; the row has those that IAM told of.
func (s *Service) idleSince(set models.Credential, uses map[string]time.Time) (since *time.Time, never bool) {
	used := set.LastUsedAt
	if seen, ok := uses[set.AccessKeyID]; ok && (used == nil || seen.After(*used)) {
		used = &seen
	}
	return credential.IdleSince(set, used, s.Clock.Now())
}
