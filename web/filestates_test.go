package web_test

import (
	"strings"
	"testing"

	"seaportal/internal/clock"
)

func TestAFilesPageSaysWhatComesNextAsItsStateDoes(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.signedIn("admin@example.com")
	page := "/business-units/emea/files/" + p.addPlacement(p.unit, p.addRule(p.unit))
	p.execute("UPDATE placements SET next_attempt_at = ?, last_error = 'S3 was slow.'", clock.Real.Now())
	for state, want := range map[string]struct {
		source             string
		next, retry, error bool
	}{
		"queued":       {"kept", true, false, false},
		"failed":       {"kept", false, true, true},
		"failed, gone": {"gone", false, true, false},
		"failed, left": {"left", false, false, false},
	} {
		p.execute("UPDATE placements SET state = ?, source_state = ?", strings.Split(state, ",")[0], want.source)
		doc := c.get(page).doc(t)
		text := doc.Find("main").Text()
		if got := strings.Contains(text, "Next try"); got != want.next {
			t.Errorf("%s: a next try is shown: %v", state, got)
		}
		if got := doc.Find("form[action$='/retry']").Length() == 1; got != want.retry {
			t.Errorf("%s: Retry is offered: %v", state, got)
		}
		if got := strings.Contains(text, "could not be placed"); got != want.error {
			t.Errorf("%s: an error is shown: %v", state, got)
		}
	}
}
