package rulebook_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"seaportal/internal/clock"
	"seaportal/internal/fault"
	"seaportal/internal/rule"
	"seaportal/internal/rulebook"
	"seaportal/internal/store"
	"seaportal/internal/store/storetest"
	"seaportal/models"
)

var midday = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// theFile is a recording of two days ago in a unit with two rules: Claims, of
// its skill, which is on, and Sales, which does not match.
func theFile(changes ...func(*rulebook.Facts)) rulebook.Facts {
	start := rule.Day(midday.AddDate(0, 0, -10))
	f := rulebook.Facts{
		Now: midday,
		Unit: models.BusinessUnit{
			ID: 1, StorageKind: models.StorageSystem, SEAState: models.SEAEnabled, RetentionDays: 30,
		},
		File: models.File{
			ID: 5, UnitID: 1, Key: "a.wav", StorageClass: "STANDARD", MediaType: "call-recording",
			Attributes: `{"skill":"Claims"}`, LastModified: midday.AddDate(0, 0, -2),
		},
	}
	for i, name := range []string{"Claims", "Sales"} {
		f.Rules = append(f.Rules, rulebook.Rule{ID: int64(i + 1), UnitID: 1, Version: 3, Definition: rule.Definition{
			Name: name, StartDate: start, MediaType: rule.CallRecording, Priority: i + 1, Action: rule.Copy, State: rule.On,
			Criteria: rule.Criteria{{Field: rule.Skill, Operator: rule.AnyOf, Values: []string{name}}},
		}})
	}
	for _, change := range changes {
		change(&f)
	}
	return f
}

func claimed(f *rulebook.Facts) {
	id, at := int64(1), midday.Add(-time.Hour)
	f.File.RuleID, f.File.ClaimedAt = &id, &at
}

func placement(state models.PlacementState, changes ...func(*models.Placement)) func(*rulebook.Facts) {
	return func(f *rulebook.Facts) {
		claimed(f)
		at, until := midday.Add(-30*time.Minute), midday.AddDate(0, 0, 30)
		p := models.Placement{ID: 9, FileID: 5, RuleID: 1, RuleVersion: 3, Action: "copy", State: state, PlacedAt: &at, ExpiresAt: &until}
		for _, change := range changes {
			change(&p)
		}
		f.File.ProcessedAt, f.Placement = &at, &p
	}
}

func first(change func(*rulebook.Rule)) func(*rulebook.Facts) {
	return func(f *rulebook.Facts) { change(&f.Rules[0]) }
}

func state(s rule.State) func(*rulebook.Facts) {
	return first(func(r *rulebook.Rule) { r.State = s })
}

func otherSkill(f *rulebook.Facts) { f.File.Attributes = `{"skill":"Travel"}` }

func gone(f *rulebook.Facts) {
	at := midday.Add(-time.Hour)
	f.File.GoneAt = &at
}

func off(f *rulebook.Facts)    { f.Unit.SEAState = models.SEAOff }
func cold(f *rulebook.Facts)   { f.File.StorageClass = "GLACIER" }
func custom(f *rulebook.Facts) { f.Unit.StorageKind = models.StorageCustom }

// TestWhySaysOneSentence goes through every case of where a file can be.
func TestWhySaysOneSentence(t *testing.T) {
	t.Parallel()
	later := first(func(r *rulebook.Rule) { r.AfterDays = 5 })
	for name, test := range map[string]struct {
		facts rulebook.Facts
		want  string
	}{
		"open, about to be claimed": {theFile(), "The rule “Claims” matches it, and takes it with the next run."},
		"open, no rules":            {theFile(func(f *rulebook.Facts) { f.Rules = nil }), "No rule takes it: this business unit has no rule for the media type call recording."},
		"open, rules of other media": {theFile(func(f *rulebook.Facts) {
			f.File.MediaType = "email"
		}), "No rule takes it: this business unit has no rule for the media type email."},
		"open, one rule that does not match": {theFile(otherSkill, func(f *rulebook.Facts) { f.Rules = f.Rules[:1] }), "No rule takes it: the rule “Claims” does not match. Skill is any of Claims; the file has Travel."},
		"open, none matches":                 {theFile(otherSkill), "No rule takes it: none of the 2 rules for the media type call recording matches."},
		"open, the rule is paused":           {theFile(state(rule.Paused)), "No rule takes it: the rule “Claims” matches, but is paused."},
		"open, the rule is a draft":          {theFile(state(rule.Draft)), "No rule takes it: the rule “Claims” matches, but is a draft."},
		"open, not started":                  {theFile(first(func(r *rulebook.Rule) { r.StartDate = rule.Day(midday.AddDate(0, 0, 2)) })), "No rule takes it yet: the rule “Claims” matches, and starts on 25 November 2026."},
		"open, long-term":                    {theFile(cold), "It is in long-term storage (GLACIER), and only files in active storage are placed. No rule takes it."},
		"open, custom":                       {theFile(custom), "This business unit keeps its files on custom storage, and only files on system storage are placed. No rule takes it."},
		"open, gone":                         {theFile(gone), "It left active storage on 23 November 2026, 11:00 UTC before any rule placed it."},
		"claimed, due":                       {theFile(claimed), "The rule “Claims” manages it. It is due, and is placed by the next run."},
		"claimed, waits":                     {theFile(claimed, later), "The rule “Claims” manages it: it waits until 26 November 2026, 12:00 UTC."},
		"claimed, daily limit":               {theFile(claimed, func(f *rulebook.Facts) { f.Unit.DailyLimit = 10 }), "The rule “Claims” manages it. It is due, and is placed by a run, as the limit of 10 files a day allows."},
		"claimed, SEA off":                   {theFile(claimed, off), "The rule “Claims” manages it, but SEA is not enabled for this business unit: nothing is placed."},
		"claimed, paused":                    {theFile(claimed, state(rule.Paused)), "The rule “Claims” manages it and is paused: it waits until the rule is on."},
		"claimed, draft":                     {theFile(claimed, state(rule.Draft)), "The rule “Claims” manages it and is a draft: it waits until the rule is on."},
		"claimed, deleted":                   {theFile(claimed, state(rule.Deleted)), "The rule “Claims” managed it and was deleted before it was placed. It stays managed by that rule: no other rule ever gets it."},
		"claimed, kept":                      {theFile(claimed, first(func(r *rulebook.Rule) { r.Action = rule.Keep })), "The rule “Claims” keeps it in active storage, and no other rule gets it."},
		"claimed, excluded by an edit":       {theFile(claimed, otherSkill), "The rule “Claims” manages it, but was edited since and does not match it any more: Skill is any of Claims; the file has Travel. It is placed only if an edit makes it match again."},
		"claimed, media type edited": {theFile(claimed, first(func(r *rulebook.Rule) {
			r.MediaType = rule.Email
		})), "The rule “Claims” manages it, but was edited since and does not match it any more: Media type is Email; the file has Call recording. It is placed only if an edit makes it match again."},
		"claimed, long-term": {theFile(claimed, cold), "It is in long-term storage (GLACIER), and only files in active storage are placed. The rule “Claims” manages it."},
		"claimed, gone":      {theFile(claimed, gone), "It left active storage on 23 November 2026, 11:00 UTC before the rule “Claims” placed it."},
		"queued":             {theFile(placement(models.PlacementQueued)), "The rule “Claims” queued it: it is placed as soon as its turn comes."},
		"queued again": {theFile(placement(models.PlacementQueued, func(p *models.Placement) {
			at := midday.Add(time.Minute)
			p.NextAttemptAt, p.LastError = &at, "S3 asks to slow down."
		})), "The rule “Claims” queued it. A try failed (S3 asks to slow down); the next is on 23 November 2026, 12:01 UTC."},
		"queued, paused":  {theFile(placement(models.PlacementQueued), state(rule.Paused)), "The rule “Claims” queued it and is paused: it waits."},
		"queued, deleted": {theFile(placement(models.PlacementQueued), state(rule.Deleted)), "The rule “Claims” queued it and was deleted: it is not placed any more."},
		"queued, kept":    {theFile(placement(models.PlacementQueued), func(f *rulebook.Facts) { f.Kept = true }), "The rule “Claims” queued it, and was edited since to keep its files: it waits until an edit has it copy or move them again."},
		"missed, deleted": {theFile(placement(models.PlacementFailed, func(p *models.Placement) {
			p.SourceState, p.LastError = models.SourceLeft, "Its rule was deleted before the file could be placed."
		}), state(rule.Deleted)), "The rule “Claims” did not place it: Its rule was deleted before the file could be placed. It stays managed by that rule: no other rule ever gets it."},
		"queued, excluded by an edit": {theFile(placement(models.PlacementQueued), otherSkill), "The rule “Claims” queued it, but was edited since and does not match it any more: Skill is any of Claims; the file has Travel. It is placed only if an edit makes it match again."},
		"queued, due later":           {theFile(placement(models.PlacementQueued), later), "The rule “Claims” queued it, and was edited since: it waits until 26 November 2026, 12:00 UTC."},
		"queued, long-term":           {theFile(placement(models.PlacementQueued), cold), "It is in long-term storage (GLACIER), and only files in active storage are placed. The rule “Claims” queued it: it waits."},
		"queued, SEA off":             {theFile(placement(models.PlacementQueued), off), "The rule “Claims” queued it, but SEA is not enabled for this business unit: nothing is placed."},
		"placing, unknown": {theFile(placement(models.PlacementPlacing, func(p *models.Placement) {
			p.LastError = "S3 did not answer."
		})), "The rule “Claims” may have placed it: S3 did not answer. Each run looks again, until it is known."},
		"placing, waited for": {theFile(placement(models.PlacementPlacing, func(p *models.Placement) {
			at := midday.Add(time.Minute)
			p.NextAttemptAt, p.LastError = &at, "The portal was stopped during the copy."
		})), "The rule “Claims” may have placed it: The portal was stopped during the copy. It is looked for again on 23 November 2026, 12:01 UTC."},
		"placing": {theFile(placement(models.PlacementPlacing)), "The rule “Claims” is copying it into SEA now."},
		"placed":  {theFile(placement(models.PlacementPlaced)), "The rule “Claims”, version 3, copied it into SEA on 23 November 2026, 11:30 UTC; SEA deletes it on 23 December 2026, 12:00 UTC."},
		"moved": {theFile(gone, placement(models.PlacementPlaced, func(p *models.Placement) {
			p.Action = "move"
		})), "The rule “Claims”, version 3, moved it into SEA on 23 November 2026, 11:30 UTC; SEA deletes it on 23 December 2026, 12:00 UTC."},
		"on hold": {theFile(placement(models.PlacementPlaced, func(p *models.Placement) {
			p.Held = true
		})), "The rule “Claims”, version 3, copied it into SEA on 23 November 2026, 11:30 UTC; a hold keeps it there until it is released."},
		"removing": {theFile(placement(models.PlacementRemoving, func(p *models.Placement) {
			p.RemoveReason = models.RemovedByAdmin
		})), "It is leaving SEA: it was deleted by hand."},
		"refused to leave": {theFile(placement(models.PlacementRemoving, func(p *models.Placement) {
			p.RemoveReason, p.LastError = models.RemovedExpired, "S3 answered AccessDenied."
		})), "It is to leave SEA: its days there were over. It could not be removed yet: S3 answered AccessDenied. SEA tries again every minute."},
		"removed": {theFile(placement(models.PlacementRemoved, func(p *models.Placement) {
			p.RemoveReason, p.RemovedAt = models.RemovedByClient, &midday
		})), "The rule “Claims” placed it in SEA on 23 November 2026, 11:30 UTC; it left on 23 November 2026, 12:00 UTC: the partner deleted it. Each file is placed only once, so it does not come back."},
		"failed": {theFile(placement(models.PlacementFailed, func(p *models.Placement) {
			p.LastError = "Access denied."
		})), "The rule “Claims” could not place it: Access denied. It is in active storage still, and can be tried again."},
		"failed, gone": {theFile(gone, placement(models.PlacementFailed, func(p *models.Placement) {
			p.SourceState, p.LastError = models.SourceGone, "The file left active storage before it could be placed."
		})), "The rule “Claims” did not place it: The file left active storage before it could be placed. A retry helps only once that content is back in active storage."},
		"failed, other content": {theFile(placement(models.PlacementFailed, func(p *models.Placement) {
			p.SourceState, p.LastError = models.SourceChanged, "Other content was stored under this name before the file could be placed."
		})), "The rule “Claims” did not place it: Other content was stored under this name before the file could be placed. A retry helps only once that content is back in active storage."},
		"failed, gone since": {theFile(gone, placement(models.PlacementFailed, func(p *models.Placement) {
			p.LastError = "Access denied."
		})), "The rule “Claims” could not place it: Access denied. It left active storage on 23 November 2026, 11:00 UTC: a retry helps only once it is back."},
		"processed without a placement": {theFile(claimed, func(f *rulebook.Facts) { f.File.ProcessedAt = &midday }), "It was processed on 23 November 2026, 12:00 UTC and is not placed again: each file is placed only once."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			why, err := rulebook.Explain(test.facts)
			if err != nil || why.Sentence != test.want {
				t.Errorf("%v\n got %s\nwant %s", err, why.Sentence, test.want)
			}
			if len(why.Rules)+why.Elsewhere != len(test.facts.Rules) {
				t.Errorf("%d rules here and %d elsewhere of %d", len(why.Rules), why.Elsewhere, len(test.facts.Rules))
			}
		})
	}
}

func TestWhyJudgesEveryRule(t *testing.T) {
	t.Parallel()
	both := func(f *rulebook.Facts) { f.Rules[1].Criteria = nil }
	for name, test := range map[string]struct {
		facts rulebook.Facts
		want  [2]string
	}{
		"one matches":        {theFile(), [2]string{"Matches, and takes the file with the next run.", "Does not match: Skill is any of Sales; the file has Claims."}},
		"both match":         {theFile(both), [2]string{"Matches, and takes the file with the next run.", "Matches, but the rule “Claims” comes first."}},
		"the first is off":   {theFile(both, state(rule.Paused)), [2]string{"Matches, but is paused.", "Matches, and takes the file with the next run."}},
		"the first is drawn": {theFile(both, state(rule.Draft)), [2]string{"Matches, but is a draft.", "Matches, and takes the file with the next run."}},
		"the first starts later": {theFile(both, first(func(r *rulebook.Rule) {
			r.StartDate = rule.Day(midday.AddDate(0, 0, 2))
		})), [2]string{"Matches, but starts on 25 November 2026.", "Matches, and takes the file with the next run."}},
		"managed":          {theFile(both, claimed), [2]string{"Manages this file.", "Matches, but the rule “Claims” manages the file."}},
		"managed, edited":  {theFile(otherSkill, claimed), [2]string{"Manages this file, which does not match it any more: Skill is any of Claims; the file has Travel.", "Does not match: Skill is any of Sales; the file has Travel."}},
		"long-term":        {theFile(both, cold), [2]string{"Matches, but the file is not in active storage.", "Matches, but the file is not in active storage."}},
		"without any text": {theFile(func(f *rulebook.Facts) { f.File.Attributes = "" }), [2]string{"Does not match: Skill is any of Claims; the file has none.", "Does not match: Skill is any of Sales; the file has none."}},
	} {
		why, err := rulebook.Explain(test.facts)
		if err != nil {
			t.Fatal(err)
		}
		if got := [2]string{why.Rules[0].Verdict, why.Rules[1].Verdict}; got != test.want {
			t.Errorf("%s:\n got %q\nwant %q", name, got, test.want)
		}
	}
}

func TestWhyStepsThroughTheRest(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		facts rulebook.Facts
		pass  string // claim, due, storage, once, SEA: + or -
		says  string // one of the steps says that
	}{
		"open":     {theFile(), "--+++", "No rule has claimed it: it is open."},
		"due":      {theFile(claimed), "+++++", "Since 21 November 2026, 12:00 UTC, 0 days after it was stored."},
		"claimed":  {theFile(claimed), "+++++", "Claimed by the rule “Claims” on 23 November 2026, 11:00 UTC, for as long as it exists."},
		"one day":  {theFile(claimed, first(func(r *rulebook.Rule) { r.AfterDays = 1 })), "+++++", "Since 22 November 2026, 12:00 UTC, 1 day after it was stored."},
		"waits":    {theFile(claimed, first(func(r *rulebook.Rule) { r.AfterDays = 5 })), "+-+++", "On 26 November 2026, 12:00 UTC, 5 days after it was stored."},
		"at start": {theFile(claimed, first(func(r *rulebook.Rule) { r.StartDate = rule.Day(midday) })), "+++++", "Since 23 November 2026, 00:00 UTC, when the rule starts."},
		"kept":     {theFile(claimed, first(func(r *rulebook.Rule) { r.Action = rule.Keep })), "+-+++", "Never: the rule “Claims” keeps it in active storage."},
		"cold":     {theFile(cold), "---++", "It is in long-term storage (GLACIER), and only files in active storage are placed."},
		"gone":     {theFile(gone), "---++", "It is not in active storage since 23 November 2026, 11:00 UTC."},
		"off":      {theFile(off), "--++-", "SEA is not enabled for this business unit: nothing is placed."},
		"placed":   {theFile(placement(models.PlacementPlaced)), "+++++", "It was queued or placed already, and is never placed again."},
		"failed":   {theFile(placement(models.PlacementFailed)), "+++-+", "It was queued and could not be placed. Its placement says why."},
	} {
		why, err := rulebook.Explain(test.facts)
		if err != nil {
			t.Fatal(err)
		}
		var pass, all strings.Builder
		for _, s := range why.Steps {
			if s.Pass {
				pass.WriteString("+")
			} else {
				pass.WriteString("-")
			}
			all.WriteString(s.Text + "\n")
		}
		if pass.String() != test.pass || !strings.Contains(all.String(), test.says) {
			t.Errorf("%s: %s, want %s\n%s", name, pass.String(), test.pass, all.String())
		}
	}
}

func TestWhyReadsTheVersionThatPlacedTheFile(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	s := &rulebook.Service{Store: db, Clock: clock.Real}
	unit, other := newUnit(t, db, "emea"), newUnit(t, db, "apac")
	unit.SEAState = models.SEAEnabled
	r := mustCreate(t, s, unit, claims())
	catalogue(t, db, unit, catalogued(unit, "a", 50))
	files, err := db.CatalogueList(t.Context(), store.CatalogueQuery{UnitID: unit.ID, Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	row, err := db.Rule(t.Context(), unit.ID, r.ID)
	if err != nil {
		t.Fatal(err)
	}
	now, id := clock.Real.Now(), files[0].ID
	_, err = db.Claim(t.Context(), row, []int64{id}, now)
	err = errors.Join(err, db.MarkProcessed(t.Context(), unit.ID, []int64{id}, now), db.InsertPlacements(t.Context(), []models.Placement{{
		UnitID: unit.ID, FileID: id, RuleID: r.ID, RuleVersion: 1, Action: "copy", Key: "a", State: models.PlacementQueued, QueuedAt: now,
	}}))
	if err != nil {
		t.Fatal(err)
	}
	changed := claims(func(d *rule.Definition) { d.Criteria[0].Values = []string{"Travel"} })
	if _, err := s.Update(t.Context(), anna, unit, r.ID, r.LockVersion, changed); err != nil {
		t.Fatal(err)
	}
	_, why, err := s.Why(t.Context(), unit, id)
	if want := "does not match it any more: Skill is any of Travel"; err != nil || !strings.Contains(why.Sentence, want) {
		t.Errorf("while it is queued: %q, %v", why.Sentence, err)
	}
	placing, err := db.Placement(t.Context(), unit.ID, 1)
	err = errors.Join(err, db.RestartPlacing(t.Context(), placing))
	if _, deleted := s.Delete(t.Context(), anna, unit, r.ID); err != nil || deleted != nil {
		t.Fatal(err, deleted)
	}
	_, why, err = s.Why(t.Context(), unit, id)
	if err != nil || len(why.Rules) != 1 || why.Rules[0].Version != 1 || !why.Rules[0].Matches || why.Rules[0].State != rule.Deleted {
		t.Errorf("%+v, %v", why, err)
	}
	if _, _, err := s.Why(t.Context(), other, id); fault.KindOf(err) != fault.NotFound {
		t.Errorf("another unit is told %v", err)
	}
}
