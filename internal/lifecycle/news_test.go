package lifecycle_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"seaportal/internal/lifecycle"
	"seaportal/internal/news"
	"seaportal/internal/rule"
	"seaportal/models"
)

// change is what happened to one object of a unit, with the report of it.
type change struct {
	key    string
	inSEA  bool
	remove bool
	body   string
}

const newsKeys = 4

// ending is what a unit ends in: the contents that are catalogued as standing in
// active storage, and what became of each placement, with who removed it.
type ending struct {
	Current map[string]string
	Placed  map[string]string
}

func changes(t *rapid.T) []change {
	made := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) change {
		c := change{
			key:   fmt.Sprintf("%d.wav", rapid.IntRange(0, newsKeys-1).Draw(t, "key")),
			inSEA: rapid.Bool().Draw(t, "in SEA"), remove: rapid.Bool().Draw(t, "remove"),
			body: rapid.StringMatching(`[a-z]{1,8}`).Draw(t, "body"),
		}
		c.remove = c.remove || c.inSEA // a partner writes nothing
		return c
	}), 1, 10).Draw(t, "changes")
	return made
}

// begin places files that are there before anything is told.
func (b *bench) begin(e *lifecycle.Engine) {
	b.Helper()
	b.rule("Recordings", rule.Copy, nil)
	for i := range newsKeys {
		b.put(fmt.Sprintf("%d.wav", i), content(i), nil)
	}
	b.run(e)
}

// do makes a change and gives S3's report of it, the n-th of the unit.
func (b *bench) do(c change, n int) news.Report {
	b.Helper()
	bucket, prefix := b.unit.ActiveBucket, b.unit.ActivePrefix
	if c.inSEA {
		bucket, prefix = *b.unit.SEABucket, *b.unit.SEAPrefix
	}
	report := news.Report{
		Sequencer: fmt.Sprintf("%04X", n+1),
		Event:     lifecycle.Event{Kind: lifecycle.Created, Bucket: bucket, Key: prefix + c.key, Address: "192.0.2.7", At: time.Now().Add(time.Second)},
	}
	if !c.remove {
		b.put(c.key, c.body, map[string]string{"media-type": "other"}) // for which there is no rule
		return report
	}
	report.Kind = lifecycle.Deleted
	if _, err := b.s3.DeleteObject(b.Context(), &s3.DeleteObjectInput{Bucket: &bucket, Key: &report.Key}); err != nil {
		b.Fatal(err)
	}
	return report
}

// deliver hands reports over as one batch of messages.
func (b *bench) deliver(e *lifecycle.Engine, reports ...news.Report) {
	b.Helper()
	if err := e.Work(b.Context(), news.Newest(reports)); err != nil {
		b.Fatal(err)
	}
}

func (b *bench) endedIn() ending {
	b.Helper()
	in := ending{Current: map[string]string{}, Placed: map[string]string{}}
	keys := make([]string, newsKeys)
	for i := range keys {
		keys[i] = fmt.Sprintf("%d.wav", i)
	}
	files, err := b.store.CurrentFilesByKey(b.Context(), b.unit.ID, keys)
	if err != nil {
		b.Fatal(err)
	}
	for _, file := range files {
		in.Current[file.Key] = file.ETag
	}
	for key, rows := range b.placements() {
		for _, row := range rows {
			in.Placed[key] += fmt.Sprintf("%s %s %s %s;", row.State, row.RemoveReason, row.RemovedBy, row.RemovedFrom)
		}
	}
	return in
}

// TestNewsEndsInTheSameInAnyOrder makes the same changes twice. Once each is told
// as it happens; once in any order, twice or more often, some of it while other
// changes are still to come and some long after.
func TestNewsEndsInTheSameInAnyOrder(t *testing.T) {
	t.Parallel()
	shared := sqliteBench(t)
	rapid.Check(t, func(r *rapid.T) {
		all := changes(r)
		ordered, shuffled := newBench(t, shared.store), newBench(t, shared.store)
		engine := shared.engine(0, nil)
		defer engine.Stop()
		ordered.begin(engine)
		shuffled.begin(engine)
		for i, c := range all {
			ordered.deliver(engine, ordered.do(c, i))
		}
		var told []news.Report
		for i, c := range all {
			told = append(told, shuffled.do(c, i))
			if rapid.Bool().Draw(r, "some of it now") {
				some := rapid.SliceOfN(rapid.SampledFrom(told), 1, 3).Draw(r, "some")
				shuffled.deliver(engine, some...)
			}
		}
		late := rapid.Permutation(append(told, told...)).Draw(r, "late")
		for len(late) > 0 {
			size := rapid.IntRange(1, len(late)).Draw(r, "batch")
			shuffled.deliver(engine, late[:size]...)
			late = late[size:]
		}
		if diff := cmp.Diff(ordered.endedIn(), shuffled.endedIn()); diff != "" {
			r.Fatalf("told in order, and not:\n%s", diff)
		}
	})
	shared.verifyHistory()
}

// TestLateNewsBlamesNobody: a deletion from before the file was placed was
// another file's of that name, and what S3 expires the partner did not delete.
func TestLateNewsBlamesNobody(t *testing.T) {
	t.Parallel()
	b := sqliteBench(t)
	e := b.engine(0, nil)
	t.Cleanup(e.Stop)
	b.begin(e)
	for i, test := range []struct {
		kind    lifecycle.EventKind
		at      time.Time
		removed string
	}{
		{lifecycle.Deleted, time.Now().Add(-time.Hour), "partner"},
		{lifecycle.Deleted, time.Now().Add(time.Minute), "partner 192.0.2.7"},
		{lifecycle.Deleted, time.Time{}, "partner 192.0.2.7"},
		{lifecycle.Expired, time.Now().Add(time.Minute), ""},
	} {
		key := fmt.Sprintf("%d.wav", i)
		report := b.do(change{key: key, inSEA: true, remove: true}, i)
		report.Kind, report.At = test.kind, test.at
		b.deliver(e, report)
		row := b.only(key)
		if (row.State == models.PlacementRemoved) != (test.removed != "") {
			t.Errorf("%s of %s leaves the placement %s", test.kind, key, row.State)
		}
		if got := strings.TrimSpace(row.RemovedBy + " " + row.RemovedFrom); got != test.removed {
			t.Errorf("%s at %s: removed by %q, want %q", test.kind, test.at, got, test.removed)
		}
	}
}

// TestNewsThatCannotBeLookedAtIsAnError: the queue has to bring it again.
func TestNewsThatCannotBeLookedAtIsAnError(t *testing.T) {
	t.Parallel()
	b := sqliteBench(t)
	b.put("a.wav", "one", nil)
	refuses := through(wire{before: func(r *http.Request) (*http.Response, error) {
		return refuse(r, http.StatusForbidden, "AccessDenied"), nil
	}})
	event := lifecycle.Event{Kind: lifecycle.Created, Bucket: b.unit.ActiveBucket, Key: b.unit.ActivePrefix + "a.wav"}
	if err := b.engine(0, refuses).Work(t.Context(), []lifecycle.Event{event}); err == nil {
		t.Error("what S3 refused to show is called done")
	}
	e := b.engine(0, nil)
	t.Cleanup(e.Stop)
	if err := e.Work(t.Context(), []lifecycle.Event{event}); err != nil {
		t.Error(err)
	}
}
