package rulebook

import (
	"context"

	"seaportal/internal/rule"
	"seaportal/models"
)

// queueBatch is how many queued placements are read at once.
const queueBatch = 1000

// queue is what is queued already, by rule and day: begun today, so that it has had
// its turn of the daily limit, or on an earlier day, so that it comes first.
type queue struct {
	*forecast

	begun, again [][]Tally
	later        int64
}

func newQueue(f *forecast) *queue {
	q := &queue{forecast: f}
	for range f.rules {
		q.begun, q.again = append(q.begun, make([]Tally, len(f.days))), append(q.again, make([]Tally, len(f.days)))
	}
	return q
}

// lookAtQueued reads what is queued, and what is being placed.
func (s *Service) lookAtQueued(ctx context.Context, q *queue) error {
	for _, state := range []models.PlacementState{models.PlacementQueued, models.PlacementPlacing} {
		var after int64
		for {
			rows, err := s.Store.InState(ctx, q.unit.ID, state, after, queueBatch)
			if err != nil || len(rows) == 0 {
				if err != nil {
					return err
				}
				break
			}
			after = rows[len(rows)-1].ID
			ids := make([]int64, len(rows))
			for i, row := range rows {
				ids[i] = row.FileID
			}
			files, err := s.Store.FilesByID(ctx, q.unit.ID, ids)
			if err != nil {
				return err
			}
			if err := q.look(rows, files); err != nil {
				return err
			}
		}
	}
	return nil
}

// look finds the day on which each would be placed but for the limit, by the rule
// as it stands. What is being placed is not asked of it any more.
func (q *queue) look(rows []models.Placement, files []models.File) error {
	byID := make(map[int64]models.File, len(files))
	for _, file := range files {
		byID[file.ID] = file
	}
	for _, row := range rows {
		at, on := q.byID[row.RuleID]
		file, known := byID[row.FileID]
		if row.State == models.PlacementPlacing && on {
			q.begun[at][0].add(1, row.Size)
			continue
		}
		if !on || !known || file.LongTerm() || !q.rules[at].Action.Places() {
			continue
		}
		subject, err := RuleFile(file)
		if err != nil {
			return err
		}
		if !q.matchers[at].Match(subject) {
			continue
		}
		day := q.day(rule.Due(file.LastModified, q.rules[at].AfterDays, q.rules[at].StartDate))
		switch {
		case day >= len(q.days):
			q.later++
		case day == 0 && !row.QueuedAt.Before(q.days[0]):
			q.begun[at][day].add(1, row.Size)
		default:
			q.again[at][day].add(1, row.Size)
		}
	}
	return nil
}
