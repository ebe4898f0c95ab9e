package rule

import "time"

// Choose gives the rule that claims the file at that instant: among those that
// are active and match, the one of the best priority. The answer does not
// depend on the order of the matchers: should two have one priority, the
// first by name wins. It is false if no rule wants the file.
func Choose(matchers []*Matcher, f File, now time.Time) (*Matcher, bool) {
	var best *Matcher
	for _, m := range matchers {
		if (best == nil || m.before(best)) && m.Active(now) && m.Match(f) {
			best = m
		}
	}
	return best, best != nil
}

func (m *Matcher) before(other *Matcher) bool {
	if m.def.Priority != other.def.Priority {
		return m.def.Priority < other.def.Priority
	}
	return m.def.Name < other.def.Name
}

// Due is when a file may be placed: afterDays days of 24 hours after it was
// stored, and never before the rule's start.
func Due(stored time.Time, afterDays int, ruleStart time.Time) time.Time {
	due := stored.Add(time.Duration(afterDays) * 24 * time.Hour)
	if due.Before(ruleStart) {
		return ruleStart.UTC()
	}
	return due.UTC()
}
