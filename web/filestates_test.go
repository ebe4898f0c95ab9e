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
		source, owner             string
		next, retry, error, waits bool
	}{
		"queued":           {"kept", "", true, false, false, true},
		"placing, unknown": {"kept", "", true, false, false, true},
		"placing, again":   {"kept", "somebody", false, false, false, false},
		"failed":           {"kept", "", false, true, true, false},
		"failed, gone":     {"gone", "", false, true, false, false},
		"failed, left":     {"left", "", false, false, false, false},
	} {
		p.execute("UPDATE placements SET state = ?, source_state = ?, owner = ?", strings.Split(state, ",")[0], want.source, want.owner)
		doc := c.get(page).doc(t)
		text := doc.Find("main").Text()
		if got := strings.Contains(text, "Next try"); got != want.next {
			t.Errorf("%s: a next try is shown: %v", state, got)
		}
		if got := doc.Find("form[action$='/retry']").Length() == 1; got != want.retry {
			t.Errorf("%s: Retry is offered: %v", state, got)
		}
		if got := strings.Contains(text, "did not succeed yet") && strings.Contains(text, "S3 was slow."); got != want.waits {
			t.Errorf("%s: why it waits is shown: %v", state, got)
		}
		if got := strings.Contains(text, "could not be placed"); got != want.error {
			t.Errorf("%s: an error is shown: %v", state, got)
		}
	}
}

func TestOriginalsThatS3DoesNotDeleteSayWhyEverywhere(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.signedIn("viewer@example.com")
	id := p.addPlacement(p.unit, p.addRule(p.unit))
	p.place(id)
	p.execute("UPDATE placements SET action = 'move', source_state = 'deleting'")
	list := "/business-units/emea/files?status=unmoved"
	const said = "1 moved file is still in active storage"
	pages := map[string][2]string{
		"/": {".attention li", said}, "/business-units/emea": {".attention li", said},
		list: {"tbody tr", "locked until <2027>"}, "/business-units/emea/files/" + id: {".facts", "locked until <2027>"},
	}
	for _, problem := range []string{"", "S3 answered AccessDenied: locked until <2027>."} {
		p.execute("UPDATE placements SET last_error = ?", problem)
		for page, where := range pages {
			text := c.get(page).doc(t).Find(where[0]).Text()
			if strings.Contains(text, where[1]) != (problem != "") {
				t.Errorf("%s, with the reason %q, says %q", page, problem, text)
			}
		}
	}
	if href := c.get("/business-units/emea").doc(t).Find(".attention li a").AttrOr("href", ""); href != list {
		t.Errorf("it leads to %s", href)
	}
}

func TestWhatS3DoesNotDeleteSaysWhyEverywhere(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.signedIn("viewer@example.com")
	id := p.addPlacement(p.unit, p.addRule(p.unit))
	p.place(id)
	p.execute("UPDATE placements SET state = 'removing', remove_reason = 'expired'")
	pages := map[string]string{
		"/": ".attention li", "/business-units/emea": ".attention li",
		"/business-units/emea/files/" + id: ".note.bad", "/business-units/emea/files?status=removing": ".reason",
	}
	for _, problem := range []string{"", "S3 answered AccessDenied: locked until <2027>."} {
		p.execute("UPDATE placements SET last_error = ?", problem)
		for page, selector := range pages {
			text := c.get(page).doc(t).Find(selector).Text()
			told := strings.Contains(text, "could not be removed from SEA") || strings.Contains(text, "locked until <2027>")
			if told != (problem != "") {
				t.Errorf("%s, with the reason %q, says %q", page, problem, text)
			}
		}
	}
}
