package rulebook

import (
	"fmt"
	"strings"
	"time"

	"seaportal/internal/rule"
	"seaportal/models"
)

// sentence is the answer in short: the first thing that decides.
func (e *explanation) sentence() string {
	switch {
	case e.Placement != nil:
		return e.placedSentence(*e.Placement)
	case e.File.GoneAt != nil && e.manager != nil:
		return "It left active storage on " + moment(*e.File.GoneAt) + " before the rule “" + e.manager.Name + "” placed it."
	case e.File.GoneAt != nil:
		return "It left active storage on " + moment(*e.File.GoneAt) + " before any rule placed it."
	case e.File.ProcessedAt != nil:
		return "It was processed on " + moment(*e.File.ProcessedAt) + " and is not placed again: each file is placed only once."
	case e.manager != nil:
		return e.managedSentence()
	}
	return e.openSentence()
}

// placedSentence is for a file that has its one placement.
func (e *explanation) placedSentence(p models.Placement) string {
	by := "the rule “" + e.managerName() + "”"
	switch p.State {
	case models.PlacementQueued:
		return e.queuedSentence(p, by)
	case models.PlacementPlacing:
		if p.Owner == "" && p.LastError != "" {
			again := "Each run looks again, until it is known."
			if p.NextAttemptAt != nil && p.NextAttemptAt.After(e.Now) {
				again = "It is looked for again on " + moment(*p.NextAttemptAt) + "."
			}
			return capital(by) + " may have placed it: " + strings.TrimSuffix(p.LastError, ".") + ". " + again
		}
		return capital(by) + " is " + verbs(p.Action).doing + " it into SEA now."
	case models.PlacementPlaced:
		until := "SEA deletes it on " + at(p.ExpiresAt)
		if p.Held {
			until = "a hold keeps it there until it is released"
		}
		return fmt.Sprintf("%s, version %d, %s it into SEA on %s; %s.",
			capital(by), p.RuleVersion, verbs(p.Action).did, at(p.PlacedAt), until)
	case models.PlacementRemoving:
		if p.LastError != "" {
			return "It is to leave SEA: " + leaving(p.RemoveReason) + ". It could not be removed yet: " +
				strings.TrimSuffix(p.LastError, ".") + ". SEA tries again every minute."
		}
		return "It is leaving SEA: " + leaving(p.RemoveReason) + "."
	case models.PlacementRemoved:
		return fmt.Sprintf("%s placed it in SEA on %s; it left on %s: %s. Each file is placed only once, so it does not come back.",
			capital(by), at(p.PlacedAt), at(p.RemovedAt), leaving(p.RemoveReason))
	case models.PlacementFailed:
		if p.Missed() {
			return capital(by) + " did not place it: " + strings.TrimSuffix(p.LastError, ".") + ". " + e.again(p)
		}
		return capital(by) + " could not place it: " + strings.TrimSuffix(p.LastError, ".") + ". " + e.again(p)
	}
	return ""
}

// again says what a retry of a failed placement is good for.
func (e *explanation) again(p models.Placement) string {
	switch {
	case p.SourceState == models.SourceLeft:
		return "It stays managed by that rule: no other rule ever gets it."
	case p.SourceState == models.SourceGone || p.SourceState == models.SourceChanged:
		return "A retry helps only once that content is back in active storage."
	case e.File.GoneAt != nil:
		return "It left active storage on " + moment(*e.File.GoneAt) + ": a retry helps only once it is back."
	}
	return "It is in active storage still, and can be tried again."
}

func (e *explanation) queuedSentence(p models.Placement, by string) string {
	notEligible, eligible := e.eligible()
	switch {
	case e.manager != nil && e.manager.State == rule.Deleted:
		return capital(by) + " queued it and was deleted: it is not placed any more."
	case e.Unit.SEAState != models.SEAEnabled:
		return capital(by) + " queued it, but SEA is not enabled for this business unit: nothing is placed."
	case e.manager != nil && e.manager.State != rule.On:
		return capital(by) + " queued it and " + stands(e.manager.State) + ": it waits."
	case e.Kept:
		return capital(by) + " queued it, and was edited since to keep its files: it waits until an edit has it copy or move them again."
	case e.manager != nil && !e.manager.Matches:
		return capital(by) + " queued it, but was edited since and does not match it any more: " + e.manager.miss() + " It is placed only if an edit makes it match again."
	case e.manager != nil && e.due().After(e.Now):
		return capital(by) + " queued it, and was edited since: it waits until " + moment(e.due()) + "."
	case !eligible && e.File.GoneAt == nil:
		return notEligible + " " + capital(by) + " queued it: it waits."
	case p.NextAttemptAt != nil:
		return capital(by) + " queued it. A try failed (" + strings.TrimSuffix(p.LastError, ".") + "); the next is on " + moment(*p.NextAttemptAt) + "."
	}
	return capital(by) + " queued it: it is placed as soon as its turn comes."
}

// managedSentence is for a file that a rule claimed and that was not processed.
func (e *explanation) managedSentence() string {
	m := e.manager
	by := "The rule “" + m.Name + "”"
	notEligible, eligible := e.eligible()
	due := e.due()
	switch {
	case !m.Action.Places():
		return by + " keeps it in active storage, and no other rule gets it."
	case m.State == rule.Deleted:
		return by + " managed it and was deleted before it was placed. It stays managed by that rule: no other rule ever gets it."
	case !eligible:
		return notEligible + " " + by + " manages it."
	case !m.Matches:
		return by + " manages it, but was edited since and does not match it any more: " + m.miss() + " It is placed only if an edit makes it match again."
	case m.State != rule.On:
		return by + " manages it and " + stands(m.State) + ": it waits until the rule is on."
	case due.After(e.Now):
		return by + " manages it: it waits until " + moment(due) + "."
	case e.Unit.SEAState != models.SEAEnabled:
		return by + " manages it, but SEA is not enabled for this business unit: nothing is placed."
	case e.Unit.DailyLimit > 0:
		return fmt.Sprintf("%s manages it. It is due, and is placed by a run, as the limit of %d files a day allows.", by, e.Unit.DailyLimit)
	}
	return by + " manages it. It is due, and is placed by the next run."
}

// openSentence is for a file that no rule claimed.
func (e *explanation) openSentence() string {
	media := strings.ToLower(rule.MediaType(e.File.MediaType).Label())
	notEligible, eligible := e.eligible()
	var waiting *WhyRule // the best rule that matches and does not claim yet
	for i := range e.rules {
		if e.rules[i].Matches && waiting == nil {
			waiting = &e.rules[i]
		}
	}
	switch {
	case !eligible:
		return notEligible + " No rule takes it."
	case e.best != nil:
		return "The rule “" + e.best.Name + "” matches it, and takes it with the next run."
	case len(e.rules) == 0:
		return "No rule takes it: this business unit has no rule for the media type " + media + "."
	case waiting != nil && waiting.State == rule.On:
		return "No rule takes it yet: the rule “" + waiting.Name + "” matches, and starts on " + day(waiting.StartDate) + "."
	case waiting != nil:
		return "No rule takes it: the rule “" + waiting.Name + "” matches, but " + stands(waiting.State) + "."
	case len(e.rules) == 1:
		return "No rule takes it: the rule “" + e.rules[0].Name + "” does not match. " + e.rules[0].miss()
	}
	return fmt.Sprintf("No rule takes it: none of the %d rules for the media type %s matches.", len(e.rules), media)
}

func (e *explanation) managerName() string {
	if e.manager == nil {
		return "that placed it"
	}
	return e.manager.Name
}

// stands says of a rule that is not on what it is.
func stands(s rule.State) string {
	switch s {
	case rule.Paused:
		return "is paused"
	case rule.Draft:
		return "is a draft"
	case rule.Deleted:
		return "was deleted"
	case rule.On:
	}
	return "is on"
}

func leaving(reason models.RemoveReason) string {
	switch reason {
	case models.RemovedExpired:
		return "its days there were over"
	case models.RemovedByAdmin:
		return "it was deleted by hand"
	case models.RemovedByClient:
		return "the partner deleted it"
	}
	return string(reason)
}

// verb is an action as it goes on and as it is done.
type verb struct{ doing, did string }

func verbs(action string) verb {
	if action == string(rule.Move) {
		return verb{"moving", "moved"}
	}
	return verb{"copying", "copied"}
}

func at(t *time.Time) string {
	if t == nil {
		return "a time that is not known"
	}
	return moment(*t)
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
