package credential_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"seaportal/internal/credential"
	"seaportal/internal/credential/bundle"
	"seaportal/internal/fault"
	"seaportal/internal/keyring"
	"seaportal/internal/store"
	"seaportal/internal/store/storetest"
	"seaportal/models"
)

const browser = "the session of one browser"

func newBundles(t *testing.T, s *store.Store) *credential.Bundles {
	t.Helper()
	return bundlesOf(t, s, t.TempDir())
}

// bundlesOf is what a process with that master key has.
func bundlesOf(t *testing.T, s *store.Store, dir string) *credential.Bundles {
	t.Helper()
	ring, err := keyring.New(t.Context(), keyring.Config{Store: s, Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	return credential.NewBundles(s, ring, "https://s3.example.com", "us-east-1")
}

// sealedBy is what a page of one browser carries.
func sealedBy(t *testing.T, bundles *credential.Bundles, unit models.BusinessUnit, issued credential.Issued) string {
	t.Helper()
	box, err := bundles.Seal(t.Context(), browser, unit, issued)
	if err != nil {
		t.Fatal(err)
	}
	return box
}

// downloads are the history's sentences about files of a set, with their details.
func downloads(t *testing.T, s *store.Store) []models.History {
	t.Helper()
	db, err := s.SQL()
	if err != nil {
		t.Fatal(err)
	}
	rows, err := db.QueryContext(t.Context(), "SELECT business_unit_id, actor_name, summary, details FROM history WHERE action = 'credentials.downloaded' ORDER BY id")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var all []models.History
	for rows.Next() {
		var row models.History
		if err := rows.Scan(&row.UnitID, &row.ActorName, &row.Summary, &row.Details); err != nil {
			t.Fatal(err)
		}
		all = append(all, row)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestEveryFormatIsMadeOfWhatThePageCarries(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	bundles := newBundles(t, b.store)
	issued := b.generate(t)
	box := sealedBy(t, bundles, b.unit, issued)
	if strings.Contains(box, issued.Secret.Reveal()) {
		t.Error("the field shows the secret")
	}
	for _, format := range bundle.Formats() {
		file, err := bundles.Make(t.Context(), ada, b.unit, browser, credential.BundleForm{Sealed: box, AccessKeyID: issued.AccessKeyID, Format: format.ID})
		if err != nil {
			t.Fatalf("%s: %v", format.ID, err)
		}
		if holds := strings.Contains(string(file.Body), issued.Secret.Reveal()); holds != format.Secret {
			t.Errorf("%s holds the secret: %t", format.ID, holds)
		}
	}
	told := downloads(t, b.store)
	if len(told) != len(bundle.Formats()) {
		t.Fatalf("the history tells of %d files", len(told))
	}
	for i, format := range bundle.Formats() {
		row := told[i]
		if row.UnitID != b.unit.ID || row.ActorName != ada.Name || !strings.Contains(row.Summary, format.Label) || !strings.Contains(row.Details, `"`+format.ID+`"`) {
			t.Errorf("the history says %+v", row)
		}
	}
	if kept := databaseBytes(t, b.store); strings.Contains(kept, issued.Secret.Reveal()) || strings.Contains(kept, box) {
		t.Error("something of the secret is in the database")
	}
}

func TestAPageThatIsTooOldMakesNoFile(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	other := setUp(t, b.store)
	bundles := newBundles(t, b.store)
	issued := b.generate(t)
	theirs := other.generate(t)
	box := sealedBy(t, bundles, b.unit, issued)
	late, err := bundles.SealUntil(t.Context(), time.Now().Add(-time.Second), browser, b.unit, issued)
	if err != nil {
		t.Fatal(err)
	}
	for name, try := range map[string]struct {
		bundles *credential.Bundles
		unit    models.BusinessUnit
		session string
		form    credential.BundleForm
	}{
		"another session": {bundles, b.unit, "another", credential.BundleForm{Sealed: box, AccessKeyID: issued.AccessKeyID}},
		"no session":      {bundles, b.unit, "", credential.BundleForm{Sealed: box, AccessKeyID: issued.AccessKeyID}},
		"another unit":    {bundles, other.unit, browser, credential.BundleForm{Sealed: box, AccessKeyID: issued.AccessKeyID}},
		"another key":     {bundles, b.unit, browser, credential.BundleForm{Sealed: box, AccessKeyID: theirs.AccessKeyID}},
		"too late":        {bundles, b.unit, browser, credential.BundleForm{Sealed: late, AccessKeyID: issued.AccessKeyID}},
		"changed":         {bundles, b.unit, browser, credential.BundleForm{Sealed: changed(box), AccessKeyID: issued.AccessKeyID}},
		"nothing":         {bundles, b.unit, browser, credential.BundleForm{}},
	} {
		try.form.Format = "csv"
		file, err := try.bundles.Make(t.Context(), ada, try.unit, try.session, try.form)
		if !fault.Is(err, fault.Invalid) || fault.Message(err) != "That page is too old to make files. Copy what it still shows, or generate a new set." || len(file.Body) > 0 {
			t.Errorf("%s: %v, %d bytes", name, err, len(file.Body))
		}
	}
	if told := downloads(t, b.store); len(told) != 0 {
		t.Errorf("the history tells of files that nobody got: %+v", told)
	}
}

// changed is a text with another first character.
func changed(text string) string {
	if text[0] == 'A' {
		return "B" + text[1:]
	}
	return "A" + text[1:]
}

// TestEveryProcessMakesFilesOfAPage has a second one behind the same address, and one that is not.
func TestEveryProcessMakesFilesOfAPage(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	dir := t.TempDir()
	one, other := bundlesOf(t, b.store, dir), bundlesOf(t, b.store, dir)
	issued := b.generate(t)
	box := sealedBy(t, one, b.unit, issued)
	file, err := other.Make(t.Context(), ada, b.unit, browser, credential.BundleForm{Sealed: box, AccessKeyID: issued.AccessKeyID, Format: "env"})
	if err != nil || !strings.Contains(string(file.Body), issued.Secret.Reveal()) {
		t.Errorf("another process: %v", err)
	}
	stranger := newBundles(t, storetest.Open(t))
	_, err = stranger.Make(t.Context(), ada, b.unit, browser, credential.BundleForm{Sealed: box, AccessKeyID: issued.AccessKeyID, Format: "env"})
	if !fault.Is(err, fault.Invalid) {
		t.Errorf("a process with other keys: %v", err)
	}
}

// TestARotationMakesThePageTooOld has the keys rotated while the page is open.
func TestARotationMakesThePageTooOld(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	dir := t.TempDir()
	bundles := bundlesOf(t, b.store, dir)
	issued := b.generate(t)
	box := sealedBy(t, bundles, b.unit, issued)
	if _, err := keyring.Rotate(t.Context(), keyring.Config{Store: b.store, Dir: dir}, ada); err != nil {
		t.Fatal(err)
	}
	form := credential.BundleForm{Sealed: box, AccessKeyID: issued.AccessKeyID, Format: "env"}
	if _, err := bundlesOf(t, b.store, dir).Make(t.Context(), ada, b.unit, browser, form); !fault.Is(err, fault.Invalid) {
		t.Errorf("a page from before the rotation: %v", err)
	}
}

// TestADatabaseThatIsAwayDoesNotMakeThePageTooOld: who tries again gets the file.
func TestADatabaseThatIsAwayDoesNotMakeThePageTooOld(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	dir := t.TempDir()
	here := bundlesOf(t, b.store, dir)
	issued := b.generate(t)
	if _, err := keyring.Rotate(t.Context(), keyring.Config{Store: b.store, Dir: dir}, ada); err != nil {
		t.Fatal(err)
	}
	elsewhere := bundlesOf(t, b.store, dir) // knows the new key, which the other one must look up
	box := sealedBy(t, elsewhere, b.unit, issued)
	away, leave := context.WithCancel(t.Context())
	leave()
	form := credential.BundleForm{Sealed: box, AccessKeyID: issued.AccessKeyID, Format: "env"}
	if _, err := here.Make(away, ada, b.unit, browser, form); err == nil || fault.Is(err, fault.Invalid) {
		t.Errorf("while its key cannot be read: %v", err)
	}
	if file, err := here.Make(t.Context(), ada, b.unit, browser, form); err != nil || len(file.Body) == 0 {
		t.Errorf("afterwards: %v", err)
	}
}

func TestAReplacedSetMakesNoFile(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	bundles := newBundles(t, b.store)
	old := b.generate(t)
	box := sealedBy(t, bundles, b.unit, old)
	if _, err := b.regenerate(t); err != nil {
		t.Fatal(err)
	}
	form := credential.BundleForm{Sealed: box, AccessKeyID: old.AccessKeyID, Format: "env"}
	if file, err := bundles.Make(t.Context(), ada, b.unit, browser, form); !fault.Is(err, fault.Invalid) || len(file.Body) > 0 {
		t.Errorf("%v, %d bytes", err, len(file.Body))
	}
	form.Format = "exe"
	if _, err := bundles.Make(t.Context(), ada, b.unit, browser, form); !fault.Is(err, fault.Invalid) {
		t.Errorf("a file of no known kind: %v", err)
	}
}
