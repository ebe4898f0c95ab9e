package web_test

import (
	"fmt"
	"net/url"
	"strconv"

	"github.com/PuerkitoBio/goquery"

	"seaportal/internal/clock"
	"seaportal/internal/rule"
	"seaportal/internal/rulebook"
	"seaportal/internal/store"
	"seaportal/models"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

func (p *portal) countWhere(table, condition string) int64 {
	p.t.Helper()
	return p.count(table + " WHERE " + condition)
}

func (p *portal) count(table string) int64 {
	p.t.Helper()
	db, err := p.store.SQL()
	if err != nil {
		p.t.Fatal(err)
	}
	var n int64
	if err := db.QueryRowContext(p.t.Context(), "SELECT COUNT(*) FROM "+table).Scan(&n); err != nil {
		p.t.Fatal(err)
	}
	return n
}

// ruleForm is a composer that is filled in right.
func ruleForm() url.Values {
	return url.Values{
		"name": {"Claims calls"}, "start_date": {clock.Real.Now().Format("2006-01-02")}, "media_type": {"call-recording"},
		"priority": {"1"}, "action": {"copy"}, "after_days": {"0"}, "state": {"on"},
	}
}

func (p *portal) addRule(unit models.BusinessUnit) string {
	p.t.Helper()
	rules := rulebook.Service{Store: p.store}
	r, err := rules.Create(p.t.Context(), models.CLI, unit, rule.Definition{
		Name: "All calls", StartDate: rule.Day(clock.Real.Now()), MediaType: rule.CallRecording, Priority: 1,
		Action: rule.Copy, State: rule.On,
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return itoa(r.ID)
}

// addFile catalogues a file.
func (p *portal) addFile(unit models.BusinessUnit, key string) {
	p.t.Helper()
	now := clock.Real.Now()
	err := p.store.SaveSeen(p.t.Context(), unit.ID, []models.File{{
		UnitID: unit.ID, Key: key, ETag: "e", Size: 5, MediaType: "call-recording", Attributes: "{}",
		FirstSeen: now, LastModified: now,
	}}, now)
	if err != nil {
		p.t.Fatal(err)
	}
}

// addPlacement catalogues a file and queues it.
func (p *portal) addPlacement(unit models.BusinessUnit, ruleID string) string {
	p.t.Helper()
	p.addFile(unit, "calls/<b>1</b>.wav")
	p.queueAll(unit, ruleID)
	rows, err := p.store.Placements(p.t.Context(), store.PlacementsQuery{UnitID: unit.ID, Limit: 1})
	if err != nil || len(rows) == 0 {
		p.t.Fatal(rows, err)
	}
	return itoa(rows[0].ID)
}

// addPlacements queues so many files of the first unit.
func (p *portal) addPlacements(n int) {
	p.t.Helper()
	for i := range n {
		p.addFile(p.unit, fmt.Sprintf("calls/f%04d.wav", i))
	}
	p.queueAll(p.unit, p.addRule(p.unit))
}

func (p *portal) queueAll(unit models.BusinessUnit, ruleID string) {
	p.t.Helper()
	files, err := p.store.Catalogue(p.t.Context(), unit.ID, "", 1000)
	if err != nil {
		p.t.Fatal(err)
	}
	number, err := strconv.ParseInt(ruleID, 10, 64)
	if err != nil {
		p.t.Fatal(err)
	}
	rows := make([]models.Placement, len(files))
	for i, file := range files {
		rows[i] = models.Placement{
			UnitID: unit.ID, FileID: file.ID, RuleID: number, RuleVersion: 1, Action: "copy", Key: file.Key,
			SourceETag: "e", Size: 5, State: models.PlacementQueued, SourceState: models.SourceKept, QueuedAt: clock.Real.Now(),
		}
	}
	if err := p.store.InsertPlacements(p.t.Context(), rows); err != nil {
		p.t.Fatal(err)
	}
}

// attr reads an attribute of each element.
func attr(name string) func(int, *goquery.Selection) string {
	return func(_ int, s *goquery.Selection) string { return s.AttrOr(name, "") }
}
