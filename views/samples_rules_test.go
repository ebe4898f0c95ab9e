package views_test

import (
	"fmt"
	"time"

	"seaportal/internal/rule"
	"seaportal/views"
)

func ruleSamples() []sample {
	at := page(home + "/rules")
	rows := []views.RuleRow{
		{ID: 1, Name: "Call recordings for Northwind audit", MediaType: rule.CallRecording, Priority: 1, First: true, State: rule.On, Sentence: sentence("a", rule.Copy), Placed: 1102, StartDate: "2026-11-20"},
		{ID: 2, Name: "QA samples", MediaType: rule.CallRecording, Priority: 2, State: rule.Paused, Sentence: sentence("b", rule.Move), Placed: 138, Failing: 3, StartDate: "2026-11-20"},
		{ID: 3, Name: "Never outside", MediaType: rule.Email, Priority: 1, First: true, State: rule.Draft, Sentence: sentence("c", rule.Keep), StartDate: "2026-11-20"},
	}
	edit := views.RuleEditProps{
		Unit: unit, Name: "Call recordings for Northwind audit", StartDate: "2026-11-23", Today: "2026-11-23", MediaType: "call-recording",
		Priority: "1", Action: "copy", AfterDays: "2", Sentence: sentence("a", rule.Copy), Days: 30, Before: "23 December 2026",
		Conditions: []views.Condition{{Field: "skill", Op: "any-of", Value: "Claims DE, Claims AT"}, {Field: "attr:language", Op: "exists"}, {}},
		Preview: &views.RulePreview{
			Checked: now, Looked: 2100, Matched: 1284, Count: 1102, Bytes: 96_400_000_000, Placed: 110, Gone: 13,
			Managers: []views.PreviewOther{{ID: 2, Name: "QA samples", Files: 50}, {ID: 3, Name: longName, Files: 9}},
			Misses:   []views.PreviewMiss{{Condition: "Skill is any of Claims DE or Claims AT", Files: 800}, {Condition: "Attribute language exists", Files: 16}},
			PerDay:   37, PerDayBytes: 3_200_000_000, ArrivalDays: 30, Charge: "€ 2.31",
			First: []views.PreviewFile{{ID: 1, Key: "call-recording/claims/2026-11-21_0914_a81f.wav", Size: 14_200_000, Stored: now}, {ID: 2, Key: absurd, Size: 1}},
		},
	}
	blank := views.RuleEditProps{Unit: unit, StartDate: "2026-11-23", Today: "2026-11-23", MediaType: "call-recording", Priority: "1", Action: "copy", AfterDays: "0", Sentence: sentence("", rule.Copy), Days: 30, Before: "23 December 2026"}
	refused := edit
	refused.ID, refused.Version, refused.State, refused.Preview = 7, 3, rule.On, nil
	refused.Name, refused.MediaType, refused.Action = absurd, "carrier-pigeon", "keep"
	refused.Errors = map[string]string{"name": "Use at most 120 characters.", "media_type": "Choose a media type.", "c[0].value": "Enter a value.", "after_days": "Enter a whole number from 0 to 3650."}
	off := edit
	off.Unit.State = "off"
	partial := edit
	partial.ID, partial.Version, partial.State, partial.Action = 7, 3, rule.On, "move"
	partial.Done = "This rule manages 1,300 files: it copied 1,102 and moved 0, and 20 wait."
	partial.Histories = "This rule has copied 1102 files so far, which stay in active storage. From now on it moves: the 20 files that wait, and new ones, leave active storage. The rule then has two histories: a new rule is clearer."
	partial.Preview = &views.RulePreview{Checked: now, AtLeast: true, Looked: 910_000, Matched: 640_000, Count: 600_000, Bytes: 1 << 50, NotActive: 7, NotDue: 39_993, PerDay: 0, ArrivalDays: 1}
	overtaken, turned := partial, partial
	overtaken.Preview, turned.Preview = nil, nil
	overtaken.Overtaken = &views.RuleOvertaken{By: "Grace " + absurd, At: now.Add(-2 * time.Minute), State: rule.On, Choices: []rule.Overtaking{
		{Name: "name", What: "Name", Was: "QA samples", Theirs: longName, Yours: absurd[:400]},
		{Name: "description", What: "Description", Theirs: "For the audit of spring."},
		{Name: "priority", What: "Priority", Was: "P1", Theirs: "P2", Yours: "P1"},
		{Name: "conditions", What: "Conditions", Was: "Skill is any of A", Theirs: "Skill is any of A or B, and Agent exists", Yours: "Skill is any of C"},
	}}
	turned.Overtaken = &views.RuleOvertaken{State: rule.Paused}
	var versions []views.RuleVersionRow
	for v := 4; v > 0; v-- {
		versions = append(versions, views.RuleVersionRow{
			Version: v, At: now.AddDate(0, -v, 0), By: "Ada Admin", Name: "QA samples", Priority: v, StartDate: "2026-11-20",
			Sentence: sentence("b", []rule.Action{rule.Copy, rule.Move}[v%2]),
		})
	}
	versions[2].Name, versions[2].By, versions[2].Description = longName, absurd, absurd[:1000]
	compared := views.RuleVersionsProps{Unit: unit, ID: 2, Name: "QA samples", State: rule.On, Versions: versions, Was: 1, Is: 4, Changes: []rule.Change{
		{What: "Action", Was: "Move to SEA", Is: "Copy to SEA"}, {What: "Description", Is: absurd[:1000]}, {What: "Condition", Was: "Skill is any of A", Is: "Skill is any of A or B"},
	}}
	same := compared
	same.Was, same.Is, same.Changes = 2, 4, nil
	plain := compared
	plain.Was, plain.Is, plain.Versions = 0, 0, versions[3:]
	show := views.RuleShowProps{
		Unit: unit, Rule: rows[1], Description: "For the audit of spring.", Action: rule.Move, AfterDays: 2, Claimed: 1300, Waiting: 20,
		Versions: versions,
	}
	return []sample{
		{"rules", views.RuleList(at, views.RuleListProps{Unit: unit, Rules: rows})},
		{"rules-empty", views.RuleList(at, views.RuleListProps{Unit: unit})},
		{"rules-off", views.RuleList(at, views.RuleListProps{Unit: unitWithout(1, 0), Rules: rows})},
		{"rules-never-on", views.RuleList(at, views.RuleListProps{Unit: unitIn("off")})},
		{"rules-viewer", views.RuleList(viewer(home+"/rules"), views.RuleListProps{Unit: unit, Rules: rows})},
		{"rule-new", views.RuleEdit(at, edit)},
		{"rule-new-blank", views.RuleEdit(at, blank)},
		{"rule-new-off", views.RuleEdit(at, off)},
		{"rule-edit-refused", views.RuleEdit(at, refused)},
		{"rule-edit-partial", views.RuleEdit(at, partial)},
		{"rule-edit-overtaken", views.RuleEdit(at, overtaken)},
		{"rule-edit-paused-meanwhile", views.RuleEdit(at, turned)},
		{"rule", views.RuleShow(at, show)},
		{"rule-delete", views.RuleDelete(at, views.RuleDeleteProps{Unit: unit, ID: 2, Name: "QA samples", Claimed: 138, Waiting: 20})},
		{"rule-versions", views.RuleVersions(at, plain)},
		{"rule-versions-compared", views.RuleVersions(at, compared)},
		{"rule-versions-same", views.RuleVersions(at, same)},
		{"simulation", views.Simulate(page(home+"/simulate"), simulation(8))},
		{"simulation-one", views.Simulate(page(home+"/simulate"), simulation(1))},
		{"simulation-blocked", views.Simulate(page(home+"/simulate"), views.SimulateProps{Unit: unit, Blocked: "No rule is on: nothing is placed until one is."})},
	}
}

// longName is a rule's name as long as one may be.
var longName = string([]rune(absurd)[:100])

// simulation is a month with so many rules.
func simulation(rules int) views.SimulateProps {
	in := views.SimulateProps{Unit: unit, Limit: 500, Later: 12, Partial: rules == 1}
	placed := func(r, d int) (files, bytes int64) {
		if (r+d)%3 == 0 {
			files = int64((r + 1) * (30 - d) * 7 % 190)
		}
		return files, files * 4_000_000
	}
	var days []time.Time
	for d := range 30 {
		days = append(days, rule.Day(now).AddDate(0, 0, d))
	}
	for r := range rules {
		one := views.SimulatedRule{ID: int64(r + 1), Name: fmt.Sprintf("Rule %d", r+1), Action: rule.Copy, Claims: int64(r * 100)}
		for d := range days {
			files, bytes := placed(r, d)
			one.Files, one.Bytes = one.Files+files, one.Bytes+bytes
		}
		in.Rules = append(in.Rules, one)
	}
	if rules > 1 {
		in.Rules[1].Name = longName
	}
	for d, day := range days[:4] {
		shown := views.SimulatedDay{Day: day, Backlog: int64(90 - 30*d)}
		for r, one := range in.Rules {
			one.Files, one.Bytes = placed(r, d)
			shown.Placed = append(shown.Placed, one)
		}
		in.Days = append(in.Days, shown)
	}
	in.Chart = views.SimulationChart(in.Rules, days, placed)
	return in
}
