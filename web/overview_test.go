package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"seaportal/internal/clock"
	"seaportal/models"
)

func (p *portal) addStrangers(n int) {
	p.t.Helper()
	now := clock.Real.Now()
	rows := make([]models.Stranger, n)
	for i := range rows {
		rows[i] = models.Stranger{UnitID: p.unit.ID, Key: fmt.Sprintf("s%03d\n&", i), Size: 5, LastModified: now, FirstSeen: now, LastSeen: now}
	}
	if err := p.store.SaveStrangers(p.t.Context(), rows); err != nil {
		p.t.Fatal(err)
	}
}

func TestStrangersAreCountedAndListedPageByPage(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.signedIn("viewer@example.com")
	list := "/business-units/emea/strangers"
	if a := c.get(list); a.status != http.StatusOK || !strings.Contains(a.body, "No unexplained object was found") {
		t.Errorf("without any it answers %d", a.status)
	}
	if strings.Contains(c.get("/").body+c.get("/business-units/emea").body, "no placement explains") {
		t.Error("there are none, and the overviews say so")
	}
	p.addStrangers(51)
	for _, page := range []string{"/", "/business-units/emea"} {
		line := c.get(page).doc(t).Find(".attention li").Text()
		if !strings.Contains(line, "51 objects in SEA that no placement explains") {
			t.Errorf("%s says %q", page, line)
		}
	}
	seen := 0
	for page := list; page != ""; {
		doc := c.get(page).doc(t)
		seen += doc.Find("tr[data-key]").Length()
		if key := doc.Find("tr[data-key] .key").First().Text(); !strings.Contains(key, "␊&") {
			t.Errorf("the key is shown as %q", key)
		}
		page = doc.Find("a[rel=next]").AttrOr("href", "")
	}
	if seen != 51 {
		t.Errorf("%d objects on all pages", seen)
	}
	if n := c.get(list + "?after=%21").doc(t).Find("tr[data-key]").Length(); n != 50 {
		t.Errorf("from no place at all: %d", n)
	}
}

func TestTheOverviewSaysWhyAScanFailed(t *testing.T) {
	t.Parallel()
	p := start(t)
	p.execute(`UPDATE business_units SET scan_error = 'S3 says <NoSuchBucket>'`)
	text := p.admin().get("/business-units/emea").doc(t).Find("main .note.bad").Text()
	for _, want := range []string{"The last scan of active storage failed", "S3 says <NoSuchBucket>", "active/emea/", "Run now"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in %q", want, text)
		}
	}
}

func TestTheOverviewSaysWhatAScanPassedOver(t *testing.T) {
	t.Parallel()
	p := start(t)
	p.execute(`UPDATE business_units SET scan_error = 'calls/<1>.wav: S3 answered Forbidden', scan_skipped = 3`)
	c := p.admin()
	note := c.get("/business-units/emea").doc(t).Find("main .note.warn").Text()
	line := c.get("/").doc(t).Find(".attention li").Text()
	for _, text := range []string{note, line} {
		if !strings.Contains(text, "3 files in active storage could not be read") || !strings.Contains(text, "calls/<1>.wav: S3 answered Forbidden") {
			t.Errorf("it says %q", text)
		}
	}
}

func TestTheOverviewMeasuresTheBacklog(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.admin()
	if strings.Contains(c.get("/business-units/emea").body, "Waiting to be placed") {
		t.Error("nothing waits, and there is a backlog")
	}
	rule := p.addRule(p.unit)
	for i := range 3 {
		p.addFile(p.unit, fmt.Sprintf("calls/%d.wav", i))
	}
	p.execute(`UPDATE files SET rule_id = ?, rule_version = 1, last_modified = '2020-01-01 00:00:00'`, rule)
	p.execute(`UPDATE business_units SET daily_limit = 2`)
	doc := c.get("/business-units/emea").doc(t)
	card := doc.Find("section[aria-labelledby=backlog]")
	if text := card.Text(); !strings.Contains(text, "3 files") || !strings.Contains(text, "15 B") || !strings.Contains(text, "0 of 2") || !strings.Contains(text, "00:00 UTC") {
		t.Errorf("the backlog shows %q", text)
	}
	if meter := card.Find("meter"); meter.AttrOr("max", "") != "2" || meter.AttrOr("value", "") != "0" {
		t.Error("the meter is wrong")
	}
}

// notes are the lines of the first page that say what waits for a person.
func (c *client) notes() []string {
	c.p.t.Helper()
	var lines []string
	c.get("/").doc(c.p.t).Find(".attention li").Each(func(_ int, line *goquery.Selection) {
		text := line.Find("strong").Text() + " " + line.Find("p").Text() + " " + line.Find("a").Text() + " " + line.Find("a").AttrOr("href", "")
		lines = append(lines, strings.Join(strings.Fields(text), " "))
	})
	return lines
}

func TestTheOverviewNamesUnitsThatAreNotSetUp(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.admin()
	want := func(when string, lines ...string) {
		t.Helper()
		if diff := cmp.Diff(lines, c.notes()); diff != "" {
			t.Errorf("%s: %s", when, diff)
		}
	}
	rules, credentials := "/business-units/emea/rules", "/business-units/emea/credentials"
	want("a new unit", p.unit.Name+": no rule is on Nothing is placed in SEA until there is one. Rules "+rules)
	rule := p.addRule(p.unit)
	want("with a rule")
	p.place(p.addPlacement(p.unit, rule))
	closed := p.unit.Name + ": nobody can open the folder It holds 1 file, and there is no credential set. Credentials " + credentials
	want("with a file", closed)
	p.execute("UPDATE rules SET state = 'paused'")
	want("with its rule paused", closed,
		p.unit.Name+": no rule is on Nothing is placed in SEA until a rule is resumed: 1 is paused. Rules "+rules)
	p.execute("UPDATE business_units SET sea_state = 'off'")
	want("with SEA off")
	for i := range 8 {
		p.addUnit(fmt.Sprintf("unit-%d", i))
	}
	lines := c.notes()
	if n := len(lines); n != 6 || lines[n-1] != "3 more business units without a rule that is on See all units /business-units" {
		t.Errorf("of eight units: %q", lines)
	}
}
