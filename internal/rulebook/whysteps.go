package rulebook

import (
	"fmt"
	"time"

	"seaportal/internal/rule"
	"seaportal/models"
)

// steps are what has to hold besides a rule's conditions.
func (e *explanation) steps() []WhyStep {
	notEligible, eligible := e.eligible()
	storage := "Active storage."
	if e.File.StorageClass != "" {
		storage = "Active storage (" + e.File.StorageClass + ")."
	}
	switch {
	case e.File.GoneAt != nil:
		eligible, storage = false, "It is not in active storage since "+moment(*e.File.GoneAt)+"."
	case !eligible:
		storage = notEligible
	}
	claim := WhyStep{Name: "Claim", Text: "No rule has claimed it: it is open."}
	if e.manager != nil {
		claim.Pass, claim.Text = true, "Managed by the rule “"+e.manager.Name+"” for as long as it exists."
		if e.File.ClaimedAt != nil {
			claim.Text = "Claimed by the rule “" + e.manager.Name + "” on " + moment(*e.File.ClaimedAt) + ", for as long as it exists."
		}
	}
	once := WhyStep{Name: "Not placed before", Pass: true, Text: "It was never queued or placed."}
	if e.File.ProcessedAt != nil || e.Placement != nil {
		once.Name, once.Text = "Placed once", "It was queued or placed already, and is never placed again."
	}
	if e.Placement != nil && e.Placement.State == models.PlacementFailed {
		once.Pass, once.Text = false, "It was queued and could not be placed. Its placement says why."
	}
	sea := WhyStep{Name: "SEA", Pass: e.Unit.SEAState == models.SEAEnabled, Text: "SEA is enabled for this business unit."}
	if !sea.Pass {
		sea.Text = "SEA is not enabled for this business unit: nothing is placed."
	}
	return []WhyStep{claim, e.dueStep(), {Name: "Storage", Pass: eligible, Text: storage}, once, sea}
}

func (e *explanation) dueStep() WhyStep {
	step := WhyStep{Name: "Due"}
	switch {
	case e.manager == nil:
		step.Text = "Known once a rule has claimed it."
	case !e.manager.Action.Places():
		step.Text = "Never: the rule “" + e.manager.Name + "” keeps it in active storage."
	case e.due().After(e.Now):
		step.Text = "On " + moment(e.due()) + ", " + e.delay() + "."
	default:
		step.Pass, step.Text = true, "Since "+moment(e.due())+", "+e.delay()+"."
	}
	return step
}

// due is when the managing rule may place the file.
func (e *explanation) due() time.Time {
	return rule.Due(e.File.LastModified, e.manager.AfterDays, e.manager.StartDate)
}

func (e *explanation) delay() string {
	if e.due().Equal(e.manager.StartDate) {
		return "when the rule starts"
	}
	if e.manager.AfterDays == 1 {
		return "1 day after it was stored"
	}
	return fmt.Sprintf("%d days after it was stored", e.manager.AfterDays)
}
