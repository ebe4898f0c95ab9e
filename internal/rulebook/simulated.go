package rulebook

import (
	"seaportal/internal/store"
	"seaportal/models"
)

// sum adds up what the walkers found and what is queued already, and spreads it
// as the daily limit allows, of which used is gone today.
func (f *forecast) sum(parts []*simulator, queued []store.RuleTally, used int64) Simulation {
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
	sim.Backlog = make([]Tally, len(f.days))
	if sim.Limit > 0 {
		spread(due, sim.Backlog, sim.Limit, used)
	}
	for _, q := range queued { // they have had their turn of the limit
		i, on := f.byID[q.RuleID]
		if !on || !f.rules[i].Action.Places() {
			continue
		}
		if day := f.day(f.rules[i].StartDate); day < len(f.days) {
			due[i][day].add(q.Files, q.Bytes)
		} else {
			sim.Later += q.Files
		}
	}
	if sim.Blocked != "" {
		for i := range due {
			clear(due[i])
		}
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

// spread moves what a day's limit does not take to the next days, as the life
// cycle does: the rules in their order, and of one rule the files longest due
// first. used is how much of today's limit is gone. What is left at the end of a
// day is its backlog; what is left at the end of the last is placed after it.
func spread(due [][]Tally, backlog []Tally, limit, used int64) {
	waiting := make([]Tally, len(due))
	for day := range backlog {
		room := limit
		if day == 0 {
			room = max(limit-used, 0)
		}
		for i := range due {
			left := &waiting[i]
			left.add(due[i][day].Files, due[i][day].Bytes)
			due[i][day] = left.part(min(room, left.Files))
			left.add(-due[i][day].Files, -due[i][day].Bytes)
			room -= due[i][day].Files
			backlog[day].add(left.Files, left.Bytes)
		}
	}
}

// part is so many of the files with their share of the bytes.
func (t Tally) part(files int64) Tally {
	if files >= t.Files {
		return t
	}
	return Tally{Files: files, Bytes: int64(float64(t.Bytes) * float64(files) / float64(t.Files))}
}
