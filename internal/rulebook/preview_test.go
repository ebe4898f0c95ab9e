package rulebook_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"seaportal/internal/clock"
	"seaportal/internal/fault"
	"seaportal/internal/rule"
	"seaportal/internal/rulebook"
	"seaportal/internal/store"
	"seaportal/internal/store/storetest"
	"seaportal/models"
)

// catalogued is a file of the unit that was stored a number of hours ago.
func catalogued(unit models.BusinessUnit, key string, hours int, changes ...func(*models.File)) models.File {
	stored := clock.Real.Now().Add(-time.Duration(hours) * time.Hour)
	file := models.File{
		UnitID: unit.ID, Key: key, ETag: "e-" + key, Size: 100, StorageClass: "STANDARD",
		MediaType: string(rule.CallRecording), Attributes: `{"skill":"Claims DE"}`, FirstSeen: stored, LastModified: stored,
	}
	for _, change := range changes {
		change(&file)
	}
	return file
}

func catalogue(t *testing.T, db *store.Store, unit models.BusinessUnit, files ...models.File) {
	t.Helper()
	if err := db.SaveSeen(t.Context(), unit.ID, files, clock.Real.Now()); err != nil {
		t.Fatal(err)
	}
}

func skill(name string) func(*models.File) {
	return func(f *models.File) { f.Attributes = fmt.Sprintf(`{"skill":%q}`, name) }
}

func TestPreviewCountsEachFileOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		ctx := t.Context()
		s := &rulebook.Service{Store: db, Clock: clock.Real}
		unit := newUnit(t, db, "emea")
		now := clock.Real.Now()
		sales := mustCreate(t, s, unit, claims(named("Sales", 2)))
		catalogue(t, db, unit,
			catalogued(unit, "b.wav", 50), catalogued(unit, "a.wav", 50),
			catalogued(unit, "young.wav", 3),
			catalogued(unit, "other-skill.wav", 50, skill("Sales")), catalogued(unit, "no-skill.wav", 50, skill("")),
			catalogued(unit, "mail.eml", 50, func(f *models.File) { f.MediaType = string(rule.Email) }),
			catalogued(unit, "cold.wav", 50, func(f *models.File) { f.StorageClass = "GLACIER" }),
			catalogued(unit, "gone.wav", 50), catalogued(unit, "sales.wav", 50), catalogued(unit, "placed.wav", 50),
		)
		current, err := db.Catalogue(ctx, unit.ID, "", 100)
		if err != nil {
			t.Fatal(err)
		}
		ids := map[string]int64{}
		for _, f := range current {
			ids[f.Key] = f.ID
		}
		row, err := db.Rule(ctx, unit.ID, sales.ID)
		if err != nil {
			t.Fatal(err)
		}
		_, claimed := db.Claim(ctx, row, []int64{ids["sales.wav"]}, now)
		err = errors.Join(claimed, db.MarkProcessed(ctx, unit.ID, []int64{ids["placed.wav"]}, now),
			db.MarkGone(ctx, unit.ID, []int64{ids["gone.wav"]}, now))
		if err != nil {
			t.Fatal(err)
		}

		got, err := s.Preview(ctx, unit, claims(), 0)
		if err != nil {
			t.Fatal(err)
		}
		want := rulebook.Preview{
			Looked: 9, Matching: 7, Now: rulebook.Tally{Files: 2, Bytes: 200}, Misses: []int64{2},
			ManagedBy:    []rulebook.Manager{{RuleID: sales.ID, Name: "Sales", Files: 1}},
			PlacedBefore: 1, Gone: 1, NotActive: 1, NotDue: 1,
			First: []rulebook.PreviewFile{{ID: ids["a.wav"], Key: "a.wav", Size: 100}, {ID: ids["b.wav"], Key: "b.wav", Size: 100}},
			// Six that no other rule has arrived within three days; one of them left again since.
			PerDay: rulebook.Tally{Files: 2, Bytes: 200}, ArrivalDays: 3,
		}
		if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(rulebook.PreviewFile{}, "Stored")); diff != "" {
			t.Error(diff)
		}

		// The rule that has sales.wav is edited: the file is its own.
		got, err = s.Preview(ctx, unit, claims(named("Sales", 2)), sales.ID)
		if err != nil || got.Now.Files != 3 || len(got.ManagedBy) != 0 {
			t.Errorf("as an edit: %+v, %v", got, err)
		}
		// A rule of a worse priority leaves open files to the better one.
		got, err = s.Preview(ctx, unit, claims(named("Rest", 3)), 0)
		if err != nil || got.Now.Files != 0 || len(got.ManagedBy) != 1 || got.ManagedBy[0].Files != 6 {
			t.Errorf("behind another rule: %+v, %v", got, err)
		}
		after, err := db.Catalogue(ctx, unit.ID, "", 100)
		if err != nil || len(after) != len(current)-1 {
			t.Errorf("the catalogue has %d files (%v)", len(after), err)
		}
	})
}

func TestPreviewOfOtherDefinitions(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	s := &rulebook.Service{Store: db, Clock: clock.Real}
	unit, other := newUnit(t, db, "emea"), newUnit(t, db, "apac")
	custom := unit
	custom.StorageKind = models.StorageCustom
	catalogue(t, db, unit, catalogued(unit, "a.wav", 50), catalogued(unit, "young.wav", 3))
	catalogue(t, db, other, catalogued(other, "a.wav", 50))
	tests := []struct {
		name   string
		unit   models.BusinessUnit
		change func(*rule.Definition)
		check  func(p rulebook.Preview) bool
	}{
		{
			"a draft counts as if it were on", unit, func(d *rule.Definition) { d.State = rule.Draft },
			func(p rulebook.Preview) bool { return p.Now.Files == 1 && p.NotDue == 1 },
		},
		{
			"keep manages at once", unit, func(d *rule.Definition) { d.Action = rule.Keep },
			func(p rulebook.Preview) bool { return p.Now.Files == 2 && p.NotDue == 0 },
		},
		{
			"nothing is due before the start", unit,
			func(d *rule.Definition) { d.StartDate = d.StartDate.AddDate(0, 0, 2) },
			func(p rulebook.Preview) bool { return p.Now.Files == 0 && p.NotDue == 2 },
		},
		{
			"custom storage is not active", custom, func(*rule.Definition) {},
			func(p rulebook.Preview) bool { return p.Now.Files == 0 && p.NotActive == 2 },
		},
		{
			"a media type without files", unit, func(d *rule.Definition) { d.MediaType = rule.IAReport },
			func(p rulebook.Preview) bool { return p.Looked == 0 && len(p.First) == 0 },
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, err := s.Preview(t.Context(), tt.unit, claims(tt.change), 0)
			if err != nil || !tt.check(p) || p.Partial {
				t.Errorf("%+v, %v", p, err)
			}
		})
	}
}

func TestPreviewSaysThatItCountedAPart(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	s := &rulebook.Service{Store: db, Clock: clock.Real, PreviewBudget: time.Nanosecond}
	unit := newUnit(t, db, "emea")
	catalogue(t, db, unit, catalogued(unit, "a.wav", 50))
	if p, err := s.Preview(t.Context(), unit, claims(), 0); err != nil || !p.Partial || p.Looked != 0 {
		t.Errorf("%+v, %v", p, err)
	}
	left, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Preview(left, unit, claims(), 0); !errors.Is(err, context.Canceled) {
		t.Errorf("a preview whose reader left: %v", err)
	}
	_, err := s.Preview(t.Context(), unit, claims(func(d *rule.Definition) { d.Criteria[0].Values = nil }), 0)
	if fault.Fields(err)["c[0].value"] == "" {
		t.Errorf("a preview of what does not compile: %v", err)
	}
}

func TestCountsFollowClaimsAndPlacements(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		ctx, now := t.Context(), clock.Real.Now()
		s := &rulebook.Service{Store: db, Clock: clock.Real}
		unit, other := newUnit(t, db, "emea"), newUnit(t, db, "apac")
		r := mustCreate(t, s, unit, claims())
		catalogue(t, db, unit, catalogued(unit, "a", 1), catalogued(unit, "b", 1), catalogued(unit, "c", 1))
		files, err := db.Catalogue(ctx, unit.ID, "", 10)
		if err != nil {
			t.Fatal(err)
		}
		row, err := db.Rule(ctx, unit.ID, r.ID)
		if err != nil {
			t.Fatal(err)
		}
		_, claimed := db.Claim(ctx, row, []int64{files[0].ID, files[1].ID}, now)
		err = errors.Join(claimed, db.MarkProcessed(ctx, unit.ID, []int64{files[0].ID}, now),
			db.InsertPlacements(ctx, []models.Placement{{
				UnitID: unit.ID, FileID: files[0].ID, RuleID: r.ID, RuleVersion: 1, Action: "copy", Key: "a",
				State: models.PlacementQueued, SourceState: models.SourceKept, QueuedAt: now,
			}}))
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.Counts(ctx, unit)
		want := map[int64]store.RuleCounts{r.ID: {RuleID: r.ID, Managed: 2, Waiting: 1, Queued: 1}}
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%v: %s", err, diff)
		}
		if got, err := s.Counts(ctx, other); err != nil || len(got) != 0 {
			t.Errorf("another unit has %v, %v", got, err)
		}
	})
}
