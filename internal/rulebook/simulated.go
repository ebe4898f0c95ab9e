package rulebook

import "seaportal/models"

// sum adds up what the walkers found and what is queued already, and spreads it
// as the daily limit allows, of which used is gone today.
func (f *forecast) sum(parts []*simulator, queued *queue, used int64) Simulation {
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
	if sim.Limit > 0 && sim.Blocked == "" { // what is not placed at all waits for no limit
		room := make([]int64, len(f.days))
		for day := range room {
			room[day] = sim.Limit
		}
		room[0] = max(sim.Limit-used, 0)
		spread(queued.again, sim.Backlog, room)
		spread(due, sim.Backlog, room)
	}
	for i := range due {
		for day := range due[i] {
			for _, t := range []Tally{queued.again[i][day], queued.begun[i][day]} {
				due[i][day].add(t.Files, t.Bytes)
			}
		}
	}
	sim.Later += queued.later
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
// first. room is how much of each day's limit is left, of which it takes its part.
// What is left at the end of a day is its backlog; what is left at the end of the
// last is placed after it.
func spread(due [][]Tally, backlog []Tally, room []int64) {
	waiting := make([]Tally, len(due))
	for day := range backlog {
		for i := range due {
			left := &waiting[i]
			left.add(due[i][day].Files, due[i][day].Bytes)
			due[i][day] = left.part(min(room[day], left.Files))
			left.add(-due[i][day].Files, -due[i][day].Bytes)
			room[day] -= due[i][day].Files
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
