package web_test

import (
	"encoding/csv"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"seaportal/internal/clock"
)

// stored places a file of 400 GB in the first unit a day ago.
func (p *portal) stored() {
	p.t.Helper()
	placement := p.addPlacement(p.unit, p.addRule(p.unit))
	now := clock.Real.Now()
	p.execute("UPDATE placements SET state = 'placed', size = 400000000000, placed_at = ?, expires_at = ? WHERE id = ?",
		now.AddDate(0, 0, -1), now.AddDate(0, 0, 29), placement)
}

func TestUsageShowsChargesAndTheirFormula(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.admin()
	for _, page := range []string{"/usage", "/business-units/emea/usage"} {
		if text := c.get(page).doc(t).Find("main").Text(); !strings.Contains(text, "Nothing was in SEA") || !strings.Contains(text, "No storage rate") {
			t.Errorf("an empty %s says %q", page, text)
		}
	}
	p.stored()
	set := url.Values{"rate": {"0.3"}, "currency": {"EUR"}, "from": {clock.Real.Now().AddDate(0, -2, 0).Format("2006-01-02")}}
	if a := c.post("/settings/rates", set); a.status != http.StatusSeeOther || a.header.Get("Location") != "/settings" {
		t.Fatalf("setting a rate answers %d\n%s", a.status, a.body)
	}
	for _, page := range []string{"/usage", "/business-units/emea/usage", "/usage?period=7d", "/business-units/emea/usage?period=month", "/usage?period=%00"} {
		a := c.get(page)
		doc := a.doc(t)
		if a.status != http.StatusOK || doc.Find(".tile").Length() != 4 || doc.Find("svg.chart title").Length() == 0 {
			t.Errorf("%s answers %d with %d tiles", page, a.status, doc.Find(".tile").Length())
		}
		if text := doc.Find(".sums").Text(); !strings.Contains(text, "GB-days ×") || !strings.Contains(text, "€") {
			t.Errorf("%s explains %q", page, text)
		}
	}
	line := c.get("/business-units/emea/usage").doc(t).Find(`main section table a[href^="/business-units/emea/rules/"]`)
	if line.Text() != "All calls" {
		t.Errorf("by rule: %q", line.Text())
	}
}

func TestUsageIsExportedAsCSV(t *testing.T) {
	t.Parallel()
	p := start(t)
	p.stored()
	c := p.signedIn("viewer@example.com")
	today := clock.Real.Now().Format("2006-01-02")
	for page, name := range map[string]string{"/usage.csv?period=7d": "usage-", "/business-units/emea/usage.csv": "usage-emea-"} {
		a := c.get(page)
		if a.status != http.StatusOK || !strings.HasPrefix(a.header.Get("Content-Type"), "text/csv") {
			t.Errorf("%s answers %d as %q", page, a.status, a.header.Get("Content-Type"))
		}
		if file := a.header.Get("Content-Disposition"); !strings.HasPrefix(file, "attachment; filename="+name) || !strings.Contains(file, today+".csv") {
			t.Errorf("%s is named %q", page, file)
		}
		rows, err := csv.NewReader(strings.NewReader(a.body)).ReadAll()
		if err != nil || len(rows) != 3 || rows[0][0] != "day" || rows[2][0] != today || rows[2][1] != "emea" {
			t.Errorf("%s: %v, %v", page, rows, err)
		}
	}
}

func TestAnExportThatFailsIsNotTakenForWhole(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.signedIn("viewer@example.com")
	p.stored()
	p.execute("UPDATE placements SET placed_at = ?", clock.Real.Now().AddDate(0, 0, -29))
	p.execute("UPDATE rules SET name = ?", strings.Repeat("All calls ", 20)) // more lines than are written at once
	other := p.addUnit("zulu")
	p.addPlacement(other, p.addRule(other))
	p.execute("UPDATE placements SET state = 'placed', placed_at = 'never' WHERE business_unit_id = ?", other.ID)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.url+"/usage.csv", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if resp.StatusCode != http.StatusOK || err == nil {
		t.Errorf("a half of it answers %d and ends well: %d bytes", resp.StatusCode, len(body))
	}
	if err := resp.Body.Close(); err != nil {
		t.Error(err)
	}
	a := c.get("/business-units/zulu/usage.csv")
	if a.status != http.StatusInternalServerError || a.header.Get("Content-Disposition") != "" {
		t.Errorf("before its first line it answers %d as %q", a.status, a.header.Get("Content-Disposition"))
	}
}

func TestRatesAreSetPlannedAndWithdrawn(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.admin()
	if a := c.post("/settings/rates", url.Values{"rate": {"0.3"}, "currency": {"EUR"}, "from": {"2026-01-01"}}); a.status != http.StatusSeeOther {
		t.Fatalf("the first rate: %d", a.status)
	}
	today := clock.Real.Now()
	refused := c.post("/settings/rates", url.Values{"rate": {"a lot"}, "currency": {"EUR"}, "from": {today.Format("2006-01-02")}})
	doc := refused.doc(t)
	if refused.status != http.StatusUnprocessableEntity || doc.Find(`[aria-invalid="true"]`).Length() != 2 || doc.Find(`[name="rate"]`).AttrOr("value", "") != "a lot" {
		t.Errorf("a wrong rate answers %d", refused.status)
	}
	c.post("/settings/rates", url.Values{"rate": {"0.4"}, "currency": {"EUR"}, "from": {today.Add(48 * time.Hour).Format("2006-01-02")}})
	page := c.get("/settings").doc(t)
	if states := page.Find("tbody .badge").Map(text); strings.Join(states, ",") != "Planned,In force" {
		t.Fatalf("rates are %v", states)
	}
	withdraw := page.Find(`tbody form`).AttrOr("action", "")
	if a := c.post(withdraw, nil); a.status != http.StatusSeeOther {
		t.Errorf("withdrawing answers %d", a.status)
	}
	if a := c.post(withdraw, nil); a.status != http.StatusNotFound {
		t.Errorf("withdrawing twice answers %d", a.status)
	}
	if a := c.post("/settings/rates/1/withdraw", nil); a.status != http.StatusConflict {
		t.Errorf("withdrawing the one in force answers %d", a.status)
	}
}

func text(_ int, s *goquery.Selection) string { return strings.TrimSpace(s.Text()) }
