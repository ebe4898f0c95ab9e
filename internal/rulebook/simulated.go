package rulebook

import (
	"seaportal/internal/store"
	"seaportal/models"
)

// sum adds up what the walkers found and what is queued already, and spreads it
// as the daily limit allows. placed is how many files were placed today.
func (f *forecast) sum(parts []*simulator, queued []store.RuleTally, placed int64) Simulation {
	sim := Simulation{Days: f.days, Blocked: f.blocked(), Limit: int64(f.unit.DailyLimit), Partial: f.partial}
	due := make([][]Tally, len(f.rules))
	for i, r := range f.rules {
		due[i] = make([]Tally, len(f.days))
		sim.Rules = append(sim.Rules, SimulatedRule{Rule: r, Days: due[i]})
	}
	for _, part := range parts {
		sim.Later += part.later
		for i := range due {
			sim.Rules[i].Claims += part.claims[i]
			for day, t := range part.due[i] {
				due[i][day].add(t.Files, t.Bytes)
			}
		}
	}
	for _, q := range queued {
		if i, on := f.byID[q.RuleID]; on {
			due[i][0].add(q.Files, q.Bytes)
		}
	}
	if sim.Blocked != "" {
		for i := range due {
			clear(due[i])
		}
	}
	sim.Backlog = make([]Tally, len(f.days))
	if sim.Limit > 0 {
		spread(due, sim.Backlog, sim.Limit, placed)
	}
	return sim
}

// blocked tells why nothing at all is placed.
func (f *forecast) blocked() string {
	switch {
	case f.unit.StorageKind == models.StorageCustom:
		return "This business unit keeps its files on custom storage, and only files on system storage are placed."
	case f.unit.SEAState != models.SEAEnabled:
		return "SEA is not enabled for this business unit: nothing is placed until it is."
	case len(f.rules) == 0:
		return "No rule is on: nothing is placed until one is."
	}
	return ""
}

// spread moves what a day's limit does not take to the next days: what became
// due first goes first, and of one day the rules in their order. used is how
// much of today's limit is gone. What is left at the end of a day is its
// backlog; what is left at the end of the last is placed after it.
func spread(due [][]Tally, backlog []Tally, limit, used int64) {
	type lot struct {
		rule int
		Tally
	}
	var waiting []lot
	for day := range backlog {
		for i := range due {
			if due[i][day].Files > 0 {
				waiting = append(waiting, lot{i, due[i][day]})
			}
			due[i][day] = Tally{}
		}
		room := limit
		if day == 0 {
			room = max(limit-used, 0)
		}
		for room > 0 && len(waiting) > 0 {
			l := &waiting[0]
			files := min(room, l.Files)
			bytes := int64(float64(l.Bytes) * float64(files) / float64(l.Files))
			due[l.rule][day].add(files, bytes)
			l.Files, l.Bytes, room = l.Files-files, l.Bytes-bytes, room-files
			if l.Files == 0 {
				waiting = waiting[1:]
			}
		}
		for _, l := range waiting {
			backlog[day].add(l.Files, l.Bytes)
		}
	}
}
