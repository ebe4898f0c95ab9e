package lifecycle_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"seaportal/internal/rule"
	"seaportal/internal/store"
	"seaportal/internal/store/storetest"
	"seaportal/models"
)

func TestCopyLeavesTheSourceAndMoveTakesIt(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		b.put("calls/a.wav", "a", nil)
		b.put("chats/b.txt", "b", map[string]string{"media-type": "chat-transcript", "team": "Ünit"})
		b.put("other.bin", "c", map[string]string{})
		b.rule("copies", rule.Copy, nil)
		b.rule("moves", rule.Move, func(d *rule.Definition) { d.MediaType = rule.ChatTranscript })
		e := b.engine(0, nil)

		report := b.run(e)
		if report.Placed != 2 || report.Claimed != 2 || report.New != 3 || report.Failed != 0 {
			t.Fatalf("report %+v", report)
		}
		for key, want := range map[string]string{"calls/a.wav": "a", "chats/b.txt": "b"} {
			if got, _ := b.sea(key); got != want {
				t.Errorf("%s in SEA is %q, want %q", key, got, want)
			}
		}
		if _, there := b.active("calls/a.wav"); !there {
			t.Error("a copy took its source")
		}
		if _, there := b.active("chats/b.txt"); there {
			t.Error("a move left its source")
		}
		moved := b.only("chats/b.txt")
		if moved.SourceState != models.SourceDeleted || moved.SourceDeletedAt == nil {
			t.Errorf("source %s at %v", moved.SourceState, moved.SourceDeletedAt)
		}
		if want := moved.PlacedAt.Add(30 * 24 * time.Hour); !moved.ExpiresAt.Equal(want) {
			t.Errorf("expires at %v, want %v", moved.ExpiresAt, want)
		}
		if again := b.run(e); again.Placed+again.New+again.Claimed+again.Gone != 0 {
			t.Errorf("the second run did something: %+v", again)
		}
		b.verifyHistory()
	})
}

func TestMetadataTypeAndTagsAreKept(t *testing.T) {
	t.Parallel()
	b := sqliteBench(t)
	_, err := b.s3.PutObject(t.Context(), &s3.PutObjectInput{
		Bucket: aws.String("active"), Key: aws.String(b.unit.ActivePrefix + "a.wav"), Body: strings.NewReader("x"),
		Metadata:    map[string]string{"media-type": "call-recording", "skill": "Claims DE"},
		ContentType: aws.String("audio/wav"), CacheControl: aws.String("no-store"), Tagging: aws.String("case=42"),
	})
	if err != nil {
		t.Fatal(err)
	}
	b.rule("copies", rule.Copy, nil)
	b.run(b.engine(0, nil))
	key := *b.unit.SEAPrefix + "a.wav"
	head, err := b.s3.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: aws.String("sea"), Key: &key})
	if err != nil {
		t.Fatal(err)
	}
	if *head.ContentType != "audio/wav" || *head.CacheControl != "no-store" || head.Metadata["skill"] != "Claims DE" {
		t.Errorf("type %s, cache %s, metadata %v", *head.ContentType, *head.CacheControl, head.Metadata)
	}
	if p := b.only("a.wav"); p.ContentType != "audio/wav" || p.Checksum == "" || p.VerifiedBy != "checksum" {
		t.Errorf("recorded %+v", p)
	}
	tags, err := b.s3.GetObjectTagging(t.Context(), &s3.GetObjectTaggingInput{Bucket: aws.String("sea"), Key: &key})
	if err != nil || len(tags.TagSet) != 1 || *tags.TagSet[0].Value != "42" {
		t.Errorf("tags %v, %v", tags, err)
	}
}

func TestAFileIsPlacedOnceWhateverComesAfter(t *testing.T) {
	t.Parallel()
	b := sqliteBench(t)
	b.put("a.wav", "first", nil)
	r := b.rule("copies", rule.Copy, nil)
	e := b.engine(0, nil)
	b.run(e)
	if err := e.Delete(t.Context(), models.System, b.unit, []int64{b.only("a.wav").ID}); err != nil {
		t.Fatal(err)
	}
	if keys := b.seaKeys(); len(keys) != 0 {
		t.Fatalf("left after the removal: %q", keys)
	}
	// The same bytes again are the same file, for a move as well.
	b.put("a.wav", "first", nil)
	d := r.Definition
	d.Action = rule.Move
	if _, err := b.rules.Update(t.Context(), models.System, b.unit, r.ID, r.LockVersion, d); err != nil {
		t.Fatal(err)
	}
	if report := b.run(e); report.Placed != 0 {
		t.Errorf("placed again: %+v", report)
	}
	if _, there := b.active("a.wav"); !there {
		t.Error("moved after it had been copied")
	}
	// Other bytes are another file.
	b.put("a.wav", "second", nil)
	if report := b.run(e); report.Placed != 1 {
		t.Errorf("new content: %+v", report)
	}
	b.verifyHistory()
}

func TestNewContentUnderATakenNameGetsASuffix(t *testing.T) {
	t.Parallel()
	b := sqliteBench(t)
	b.rule("moves", rule.Move, nil)
	e := b.engine(0, nil)
	for _, text := range []string{"one", "two", "three"} {
		b.put("d/a.b.wav", text, nil)
		b.run(e)
	}
	for key, want := range map[string]string{"d/a.b.wav": "one", "d/a.b-2.wav": "two", "d/a.b-3.wav": "three"} {
		if got, _ := b.sea(key); got != want {
			t.Errorf("%s is %q, want %q", key, got, want)
		}
	}
}

// A presigned URL leads to a key, whatever stands there: new content must not
// come under it while the URL works.
func TestNewContentDoesNotComeUnderAPresignedKey(t *testing.T) {
	t.Parallel()
	b := sqliteBench(t)
	b.rule("copies", rule.Copy, nil)
	e := b.engine(0, nil)
	b.put("a.wav", "first", nil)
	b.run(e)
	first := b.only("a.wav")
	if err := b.store.KeepTarget(t.Context(), first, first.PlacedAt.Add(7*24*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := e.Delete(t.Context(), models.System, b.unit, []int64{first.ID}); err != nil {
		t.Fatal(err)
	}
	b.put("a.wav", "second", nil)
	b.run(e)
	if keys := b.seaKeys(); len(keys) != 1 || keys[0] != "a-2.wav" {
		t.Errorf("while the URL works: %q", keys)
	}
	b.put("a.wav", "third", nil)
	b.run(b.engine(8*24*time.Hour, nil))
	if got, _ := b.sea("a.wav"); got != "third" {
		t.Errorf("when it has ended: %q", got)
	}
}

func TestAStrangersObjectIsLeftAloneAndReported(t *testing.T) {
	t.Parallel()
	b := sqliteBench(t)
	_, err := b.s3.PutObject(t.Context(), &s3.PutObjectInput{
		Bucket: aws.String("sea"), Key: aws.String(*b.unit.SEAPrefix + "a.wav"), Body: strings.NewReader("strange"),
	})
	if err != nil {
		t.Fatal(err)
	}
	b.put("a.wav", "ours", nil)
	b.rule("copies", rule.Copy, nil)
	b.run(b.engine(0, nil))
	if got, _ := b.sea("a.wav"); got != "strange" {
		t.Errorf("the stranger's object is %q", got)
	}
	if got, _ := b.sea("a-2.wav"); got != "ours" {
		t.Errorf("ours is %q", got)
	}
	rows, err := b.store.HistoryPage(t.Context(), store.HistoryQuery{UnitID: b.unit.ID, Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	var told bool
	for _, row := range rows {
		told = told || row.Action == "stranger.found"
	}
	if !told {
		t.Error("the history says nothing of the stranger")
	}
}

func TestOddKeysArriveAsTheyAre(t *testing.T) {
	t.Parallel()
	b := sqliteBench(t)
	keys := []string{
		"with space.wav", "emoji 🎧.wav", "per%2Fcent.wav", "plus+plus.wav", `quo"te's.wav`, "a&b=c?d#e.wav", "new\nline.wav", "ctrl\x01.wav",
		"<script>alert(1)</script>.wav", strings.Repeat("long/", 100) + strings.Repeat("n", 200) + ".wav", "ü/ŕ/中文.wav", "a;b,c.wav", "\u202egnp.wav",
	}
	for i, key := range keys {
		b.put(key, content(i), nil)
	}
	b.rule("moves", rule.Move, nil)
	e := b.engine(0, nil)
	if report := b.run(e); report.Placed != len(keys) {
		t.Errorf("report %+v, want %d placed", report, len(keys))
	}
	for i, key := range keys {
		if got, _ := b.sea(key); got != content(i) {
			t.Errorf("%q is %q", key, got)
		}
		if _, there := b.active(key); there {
			t.Errorf("%q is still in active storage", key)
		}
	}
	if again := b.run(e); again.New+again.Gone != 0 {
		t.Errorf("the second scan saw changes: %+v", again)
	}
}

func TestAKeyThatIsNoTextStopsNobodyElse(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		b.put("a.wav", "a", nil)
		b.put("b\xff.wav", "b", nil)
		b.put("c.wav", "c", nil)
		b.rule("copies", rule.Copy, nil)
		if report := b.run(b.engine(0, nil)); report.Placed != 2 || report.Listed != 2 {
			t.Errorf("report %+v", report)
		}
	})
}

func TestAfterDaysWaitsToTheSecond(t *testing.T) {
	t.Parallel()
	b := sqliteBench(t)
	b.put("a.wav", "a", nil)
	b.rule("later", rule.Copy, func(d *rule.Definition) { d.AfterDays = 2 })
	if report := b.run(b.engine(48*time.Hour-time.Minute, nil)); report.Placed != 0 || report.Claimed != 1 {
		t.Errorf("a minute early: %+v", report)
	}
	if report := b.run(b.engine(48*time.Hour+time.Minute, nil)); report.Placed != 1 {
		t.Errorf("a minute late: %+v", report)
	}
}

func TestALongKeyIsTrimmedToFit(t *testing.T) {
	t.Parallel()
	b := sqliteBench(t)
	long := strings.Repeat("n", 250) + ".wav"
	b.rule("moves", rule.Move, nil)
	e := b.engine(0, nil)
	for _, text := range []string{"one", "two"} { // the second needs a suffix, which does not fit
		b.put(long, text, nil)
		if report := b.run(e); report.Placed != 1 {
			t.Fatalf("report %+v", report)
		}
	}
	for _, key := range b.seaKeys() {
		if len(key) > 255 {
			t.Errorf("%d bytes: %s", len(key), key)
		}
	}
}

func TestAKeyThatIsCutAtASlashFitsToo(t *testing.T) {
	t.Parallel()
	b := sqliteBench(t)
	const room = 1024 // bytes of a whole key
	folders := strings.Repeat("f", 249) + "/" + strings.Repeat("f", 249) + "/" + strings.Repeat("f", 249) + "/"
	name := "/1234567.wav"
	key := folders + strings.Repeat("f", room-len(b.unit.ActivePrefix)-len(folders)-len(name)) + name
	b.rule("copies", rule.Copy, nil)
	for _, text := range []string{"one", "two"} {
		b.put(key, text, nil)
		if report := b.run(b.engine(0, nil)); report.Placed != 1 {
			t.Errorf("%s: %+v, %s", text, report, b.placements()[key][0].LastError)
		}
	}
}
