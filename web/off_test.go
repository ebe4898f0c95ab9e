package web_test

import (
	"strings"
	"testing"

	"seaportal/internal/clock"
	"seaportal/internal/history"
	"seaportal/internal/store"
)

func TestADisabledUnitTellsSinceWhenAndWhatIsLeft(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.admin()
	p.place(p.addPlacement(p.unit, p.addRule(p.unit)))
	p.execute("UPDATE business_units SET sea_state = 'off'")
	err := p.store.Tx(t.Context(), func(tx *store.Store) error {
		return history.Record(t.Context(), tx, history.Event{
			UnitID: p.unit.ID, Action: "business_unit.disabled", ObjectKind: "business_unit", ObjectID: p.unit.ID, Summary: "Disabled SEA",
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range []string{"", "/rules", "/files", "/credentials", "/history", "/settings"} {
		text := c.get("/business-units/emea" + page).doc(t).Find("main > .notice").Text()
		if !strings.Contains(text, "off since "+clock.Real.Now().UTC().Format("2 Jan 2006")) || !strings.Contains(text, "1 file remains") {
			t.Errorf("%q says %q", page, text)
		}
	}
}

func TestEnablingTellsOfPausedRules(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.admin()
	p.addRule(p.unit)
	for state, want := range map[string]string{"on": "SEA is enabled.", "paused": "SEA is enabled. 1 rule is paused. Resume it on the Rules tab."} {
		p.execute("UPDATE rules SET state = ?", state)
		c.post("/business-units/emea/enable", nil)
		if got := strings.TrimSpace(c.get("/business-units/emea").doc(t).Find("main [role=status]").First().Text()); got != want {
			t.Errorf("with its rule %s it says %q", state, got)
		}
	}
}
