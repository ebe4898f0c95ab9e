package manifest_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seaportal/internal/fault"
	"seaportal/internal/history"
	"seaportal/internal/keyring"
	"seaportal/internal/lifecycle"
	"seaportal/internal/manifest"
	"seaportal/internal/sealed"
	"seaportal/internal/store"
	"seaportal/internal/store/storetest"
	"seaportal/models"
)

var ada = models.Actor{Kind: models.ActorUser, ID: 1, Name: "Ada", Address: "192.0.2.1"}

// bench is a unit with files in SEA, and a directory that holds what a partner
// fetched of them.
type bench struct {
	*manifest.Service
	t    testing.TB
	unit models.BusinessUnit
	dir  string
	next int64
}

var everything = manifest.Request{Format: manifest.JSON, Filter: lifecycle.FilesQuery{Status: "any"}}

func TestASignedManifestIsJSONThatSaysWhatWasPlaced(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		b.place("calls/a.wav", "first", "SHA256")
		b.place("odd/\u2028 <b> \".txt", "second", "CRC64NVME")
		b.place("queued.wav", "never placed", "SHA256", func(p *models.Placement) { p.State, p.PlacedAt, p.ExpiresAt = models.PlacementQueued, nil, nil })
		text := b.make(everything)
		var read struct {
			Format   string
			Unit     struct{ Slug, Name string } `json:"business_unit"`
			Location string
			MadeBy   string `json:"made_by"`
			Files    []struct {
				Path, Key, Algorithm, Checksum string
				Size                           int64
				Rule                           struct{ ID, Version int64 }
				PlacedAt                       time.Time `json:"placed_at"`
			}
			Totals    struct{ Files, Bytes int64 }
			Signature string
		}
		if err := json.Unmarshal(text, &read); err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		if read.Format != "seaportal-manifest/1" || read.Unit.Name != "Unit <emea>" || read.Location != "sea/emea/" || read.MadeBy != "Ada" ||
			read.Totals.Files != 2 || read.Totals.Bytes != 11 || len(read.Files) != 2 || strings.Count(read.Signature, ".") != 2 {
			t.Fatalf("%+v", read)
		}
		second, first := read.Files[0], read.Files[1] // newest first
		sum := sha256.Sum256([]byte("first"))
		if first.Path != "calls/a.wav" || first.Algorithm != "SHA256" || first.Checksum != hex.EncodeToString(sum[:]) || first.Rule.Version != 2 || first.PlacedAt.IsZero() {
			t.Errorf("%+v", first)
		}
		if second.Key != "odd/\u2028 <b> \".txt" || second.Algorithm != "CRC64NVME" {
			t.Errorf("%+v", second)
		}
		if _, err := history.Verify(t.Context(), s); err != nil {
			t.Error(err)
		}
		rows, err := s.HistoryFrom(t.Context(), 0, 10)
		if err != nil || len(rows) != 2 || rows[0].Action != "manifest_key.made" || rows[1].Summary != "Made a signed manifest of 2 files" {
			t.Errorf("history %+v, %v", rows, err)
		}
		if _, printed, err := b.verify(b.save(text), b.published()); err != nil || !strings.Contains(printed, "files      2 ok, 1 extra\n") {
			t.Errorf("%v: %s", err, printed)
		}
	})
}

func TestVerifyTellsWhatIsMissingAlteredAndExtra(t *testing.T) {
	t.Parallel()
	b := newBench(t, storetest.Open(t))
	for _, key := range []string{"ok.txt", "missing.txt", "altered.txt", "longer.txt", "dir.txt"} {
		b.place(key, "content of "+key, "SHA256")
	}
	b.place("crc.txt", "content", "CRC64NVME")
	b.place("unsummed.txt", "content", "")
	b.place("\xff\xfe.bin", "no UTF-8", "SHA256")
	b.place("../escape.txt", "outside", "SHA256", func(p *models.Placement) { p.SEAKey = "../escape.txt" })
	b.place("again.txt", "old content", "SHA256", func(p *models.Placement) { p.State = models.PlacementRemoved })
	b.place("again.txt", "new content", "SHA256")
	at := b.save(b.make(everything))
	if result, printed, err := b.verify(at, nil); err != nil || result.Refused != 1 || result.OK != 9 || result.Unsummed != 1 || result.Earlier != 1 ||
		!strings.Contains(printed, "warning    anybody may have signed this") {
		t.Fatalf("%+v, %v\n%s", result, err, printed)
	}
	b.fetch("altered.txt", "content of altered.txT")
	b.fetch("longer.txt", "content of longer.txt!")
	b.fetch("sub/extra\n.txt", "what is this?")
	for _, gone := range []string{"missing.txt", "dir.txt"} {
		if err := os.Remove(filepath.Join(b.dir, gone)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(b.dir, "dir.txt"), 0o700); err != nil {
		t.Fatal(err)
	}
	result, printed, err := b.verify(at, b.published())
	if err != nil || result.Clean() {
		t.Fatal(err)
	}
	got := strings.Split(strings.TrimSpace(printed), "\n")[2:]
	slices.Sort(got)
	want := []string{
		"altered    altered.txt: its SHA256 is another",
		"altered    dir.txt: it is a directory",
		"altered    longer.txt: it has 22 bytes, not 21",
		`extra      "sub/extra\n.txt"`,
		"files      5 ok, 1 missing, 3 altered, 1 refused, 1 extra",
		"missing    missing.txt",
		"refused    ../escape.txt: no path below the directory",
		"unsummed   unsummed.txt: no checksum is known, only its size was compared",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestVerifyFollowsNoLinkOutOfTheDirectory(t *testing.T) {
	t.Parallel()
	b := newBench(t, storetest.Open(t))
	b.place("a.txt", "content", "SHA256")
	at := b.save(b.make(everything))
	outside := filepath.Join(t.TempDir(), "a.txt")
	if err := os.Rename(filepath.Join(b.dir, "a.txt"), outside); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(b.dir, "a.txt")); err != nil {
		t.Fatal(err)
	}
	if result, printed, err := b.verify(at, nil); err != nil || result.OK != 0 || result.Unreadable != 1 {
		t.Errorf("%+v, %v\n%s", result, err, printed)
	}
}

// Opening a FIFO waits for somebody who writes to it. A file's place, and what
// no manifest lists, may hold one.
func TestVerifyReadsRegularFilesOnly(t *testing.T) {
	t.Parallel()
	b := newBench(t, storetest.Open(t))
	for _, key := range []string{"ok.txt", "pipe.txt", "by-link.txt"} {
		b.place(key, "", "SHA256")
	}
	at := b.save(b.make(everything))
	for _, key := range []string{"pipe.txt", "by-link.txt"} {
		if err := os.Remove(filepath.Join(b.dir, key)); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"pipe.txt", "unlisted"} {
		if err := syscall.Mkfifo(filepath.Join(b.dir, name), 0o600); err != nil {
			t.Skipf("no FIFO here: %v", err)
		}
	}
	if err := os.Symlink("pipe.txt", filepath.Join(b.dir, "by-link.txt")); err != nil {
		t.Fatal(err)
	}
	result, printed, err := b.verify(at, nil)
	if err != nil || result.OK != 1 || result.Altered != 2 || result.Extra != 1 {
		t.Errorf("%+v, %v", result, err)
	}
	for _, want := range []string{"altered    pipe.txt: it is a FIFO\n", "altered    by-link.txt: it is a FIFO\n", "extra      unlisted: it is a FIFO\n"} {
		if !strings.Contains(printed, want) {
			t.Errorf("it does not say %q:\n%s", want, printed)
		}
	}
}

// Whoever changes a manifest can sign it with a key of their own. So no key, and
// an empty file of keys, is no check.
func TestWithoutAKeyNoManifestIsGood(t *testing.T) {
	t.Parallel()
	b := newBench(t, storetest.Open(t))
	b.place("a.txt", "content", "SHA256")
	at := b.save(b.make(everything))
	for name, check := range map[string]manifest.Check{
		"no key":                      {Manifest: at, Dir: b.dir},
		"an empty file":               {Manifest: at, Dir: b.dir, Keys: []byte{}},
		"an empty set":                {Manifest: at, Dir: b.dir, Keys: []byte(`{"keys":[]}`)},
		"an empty set and any signer": {Manifest: at, Dir: b.dir, Keys: []byte(`{"keys":[]}`), AnySigner: true},
	} {
		var out strings.Builder
		if _, err := manifest.Verify(t.Context(), &out, check); err == nil || out.Len() > 0 {
			t.Errorf("%s: %v\n%s", name, err, out.String())
		}
	}
}

func TestTheManifestItselfIsNotExtra(t *testing.T) {
	t.Parallel()
	b := newBench(t, storetest.Open(t))
	b.place("a.txt", "content", "SHA256")
	at := filepath.Join(b.dir, "manifest.json")
	if err := os.WriteFile(at, b.make(everything), 0o600); err != nil {
		t.Fatal(err)
	}
	if result, printed, err := b.verify(at, nil); err != nil || !result.Clean() || result.OK != 1 {
		t.Errorf("%+v, %v\n%s", result, err, printed)
	}
}

// TestNoChangeOfASignedManifestIsBelieved flips bits, cuts, adds and swaps.
func TestNoChangeOfASignedManifestIsBelieved(t *testing.T) {
	t.Parallel()
	b := newBench(t, storetest.Open(t))
	b.place("a.txt", "content", "SHA256")
	b.place("b.txt", "content", "SHA256")
	text, other := b.make(everything), b.make(everything)
	keys := b.published()
	lines := bytes.SplitAfter(text, []byte("\n"))
	foreign := newBench(t, storetest.Open(t))
	foreign.place("a.txt", "content", "SHA256")
	forged := map[string][]byte{
		"nothing":                 nil,
		"only a signature":        lines[len(lines)-2],
		"a line left out":         bytes.Join(slices.Delete(slices.Clone(lines), 1, 2), nil),
		"another's signature":     slices.Concat(text[:len(text)-len(lines[len(lines)-2])], bytes.SplitAfter(other, []byte("\n"))[len(lines)-2]),
		"something behind it":     append(bytes.Clone(text), "{}\n"...),
		"an empty line behind it": append(bytes.Clone(text), '\n'),
		"no final line break":     bytes.TrimSuffix(text, []byte("\n")),
		"a foreign key":           foreign.make(everything),
	}
	for at := 0; at < len(text); at += 3 {
		changed := bytes.Clone(text)
		changed[at] ^= 4
		forged[fmt.Sprintf("a bit of byte %d", at)] = changed
	}
	for cut := 1; cut < len(text); cut += 13 {
		forged[fmt.Sprintf("the last %d bytes left out", cut)] = text[:len(text)-cut]
	}
	for name, changed := range forged {
		if _, _, err := b.verify(b.save(changed), keys); err == nil {
			t.Errorf("%s is believed", name)
		}
	}
	if _, _, err := b.verify(b.save(text), keys); err != nil {
		t.Error(err)
	}
}

func TestRotationKeepsOldManifestsGoodUnlessTheKeyIsRevoked(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		b.place("a.txt", "content", "SHA256")
		good := func(at string) bool {
			_, _, err := b.verify(at, b.published())
			return err == nil
		}
		first := b.save(b.make(everything))
		if _, err := b.Rotate(t.Context(), models.CLI, false); err != nil {
			t.Fatal(err)
		}
		second := b.save(b.make(everything))
		if !good(first) || !good(second) {
			t.Error("after a rotation both are good")
		}
		if _, err := b.Rotate(t.Context(), models.CLI, true); err != nil {
			t.Fatal(err)
		}
		if !good(first) || good(second) || !good(b.save(b.make(everything))) {
			t.Error("what a revoked key signed is not good, all else is")
		}
		var set struct{ Keys []map[string]string }
		if err := json.Unmarshal(b.published(), &set); err != nil || len(set.Keys) != 2 || set.Keys[0]["crv"] != "Ed25519" || set.Keys[0]["d"] != "" {
			t.Errorf("%v, %v", set, err)
		}
		one, err := json.Marshal(set.Keys[0])
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := b.verify(b.save(b.make(everything)), one); err != nil {
			t.Errorf("a single key: %v", err)
		}
	})
}

func TestAManifestListsTheChosenAndTheUnitsOnly(t *testing.T) {
	t.Parallel()
	b := newBench(t, storetest.Open(t))
	first := b.place("a.txt", "1", "SHA256")
	b.place("b.txt", "22", "SHA256")
	text := string(b.make(manifest.Request{Format: manifest.CSV, Chosen: []int64{first.ID, first.ID}}))
	lines := strings.Split(text, "\r\n")
	if len(lines) != 3 || !strings.HasPrefix(lines[1], "emea,a.txt,a.txt,1,SHA256,"+hexOf("1")+",4,,2,copy,placed,") || !strings.HasSuffix(lines[1], ",Ada") {
		t.Errorf("%q", lines)
	}
	other := b.addUnit("apac")
	if _, err := b.Prepare(t.Context(), ada, other, manifest.Request{Format: manifest.CSV, Chosen: []int64{first.ID}}); !fault.Is(err, fault.NotFound) {
		t.Errorf("another unit's: %v", err)
	}
	if _, err := b.Prepare(t.Context(), ada, b.unit, manifest.Request{Format: "xml"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("an unknown format: %v", err)
	}
	b.unit = other
	if text := string(b.make(manifest.Request{Format: manifest.CSV})); strings.Count(text, "\r\n") != 1 {
		t.Errorf("a unit without files: %q", text)
	}
	if result, _, err := b.verify(b.save(b.make(everything)), nil); err != nil || result.OK != 0 || result.Extra != 2 {
		t.Errorf("a manifest of nothing: %+v, %v", result, err)
	}
}

func TestTheSeedIsSealed(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	b := newBench(t, s)
	if err := b.PrepareKey(t.Context()); err != nil {
		t.Fatal(err)
	}
	another := storetest.Open(t)
	other, err := keyring.New(t.Context(), keyring.Config{Store: another, Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	stolen := &manifest.Service{Store: s, Keys: other}
	if _, err := stolen.Prepare(t.Context(), ada, b.unit, everything); !errors.Is(err, sealed.ErrOpen) {
		t.Errorf("another key opens it: %v", err)
	}
}
