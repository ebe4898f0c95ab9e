package web_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"seaportal/internal/clock"
)

// TestARuleThatIsOnIsRunAtOnce: what the page says happens within seconds may
// not wait for the life cycle's next turn.
func TestARuleThatIsOnIsRunAtOnce(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.admin()
	const list = "/business-units/emea/rules"
	form := func(name, priority, state string) url.Values {
		f := ruleForm()
		f.Set("name", name)
		f.Set("priority", priority)
		f.Set("state", state)
		return f
	}
	wished := func() int64 {
		unit, err := p.store.UnitByID(t.Context(), p.unit.ID)
		if err != nil {
			t.Fatal(err)
		}
		return unit.ScanWanted
	}
	var first, second string
	raise := func() url.Values {
		up := c.get(list).doc(t).Find("form[action$='/raise']")
		return url.Values{"lock_version": {up.Find("[name=lock_version]").AttrOr("value", "")}}
	}
	for _, step := range []struct {
		name string
		do   func() answer
		runs bool
		says string
	}{
		{"a draft", func() answer { return c.post(list, form("First", "1", "draft")) }, false, "takes nothing until it is on"},
		{"a new rule that is on", func() answer { return c.post(list, form("Second", "2", "on")) }, true, "The rule is on"},
		{"a draft turned on by an edit", func() answer { return c.post(first, form("First", "1", "on")) }, true, "The rule is on"},
		{"an edit of a rule that is on", func() answer { return c.post(first, form("Else", "1", "on")) }, true, "The rule is changed"},
		{"pausing", func() answer { return c.post(first+"/pause", nil) }, false, "is paused"},
		{"an edit of a paused rule", func() answer { return c.post(first, form("First", "1", "paused")) }, false, "The rule is changed"},
		{"resuming", func() answer { return c.post(first+"/resume", nil) }, true, "The rule is on"},
		{"moving up", func() answer { return c.post(second+"/raise", raise()) }, true, "Second is P1"},
		{"deleting", func() answer { return c.post(second+"/delete", nil) }, false, "The rule is deleted"},
	} {
		before := wished()
		a := step.do()
		if a.status != http.StatusSeeOther {
			t.Fatalf("%s answers %d", step.name, a.status)
		}
		if got := wished() > before; got != step.runs {
			t.Errorf("%s asks for a run: %t", step.name, got)
		}
		if text := c.get(list).doc(t).Find("main").Text(); !strings.Contains(text, step.says) {
			t.Errorf("%s says %s", step.name, text)
		}
		if first == "" {
			first = c.get(list).doc(t).Find(".rule-what a").AttrOr("href", "")
		} else if second == "" {
			second = c.get(list).doc(t).Find(".rule-what a").Last().AttrOr("href", "")
		}
	}
}

// TestARuleThatIsOnSaysWhenItBegins: "within seconds" is not true of a rule that
// starts another day, or that waits for files to be some days old.
func TestARuleThatIsOnSaysWhenItBegins(t *testing.T) {
	t.Parallel()
	c := start(t).admin()
	const list = "/business-units/emea/rules"
	later := clock.Real.Now().AddDate(0, 0, 9)
	for n, at := range []struct{ field, value, says string }{
		{"after_days", "0", "It takes what matches, and places it, within seconds."},
		{"after_days", "1", "places each file 1 day after it was stored."},
		{"action", "keep", "It takes what matches within seconds."},
		{"start_date", later.Format(time.DateOnly), "It takes what matches from " + later.Format("2 January 2006") + " on."},
	} {
		form := ruleForm()
		form.Set("name", at.says)
		form.Set("priority", strconv.Itoa(n+1))
		form.Set(at.field, at.value)
		to := c.post(list, form).header.Get("Location")
		if text := texts(c.get(to).doc(t).Find("main")); !strings.Contains(text, at.says) {
			t.Errorf("a rule with %s %s says %q", at.field, at.value, text)
		}
	}
}

func TestARuleThatIsOnSaysWhyNothingIsPlaced(t *testing.T) {
	t.Parallel()
	for column, want := range map[string]string{
		"sea_state = 'off'":       "It takes what matches within seconds. Nothing is placed until SEA is enabled for this business unit.",
		"daily_limit = 5":         "and places it, as the limit of 5 files a day allows.",
		"storage_kind = 'custom'": "Nothing is placed: this business unit keeps its files on custom storage.",
	} {
		t.Run(column, func(t *testing.T) {
			t.Parallel()
			p := start(t)
			p.execute("UPDATE business_units SET " + column)
			c := p.admin()
			to := c.post("/business-units/emea/rules", ruleForm()).header.Get("Location")
			if text := texts(c.get(to).doc(t).Find("main")); !strings.Contains(text, want) {
				t.Errorf("it says %q", text)
			}
		})
	}
}

func TestASimulationWithoutARuleLeadsToOne(t *testing.T) {
	t.Parallel()
	main := start(t).admin().get("/business-units/emea/simulate").doc(t).Find("main")
	if main.Find(`a[href="/business-units/emea/rules/new"]`).Length() != 1 || strings.Contains(main.Text(), "would be placed") {
		t.Errorf("it says %s", texts(main))
	}
}
