package keyring_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"seaportal/internal/clock"
	"seaportal/internal/keyring"
	"seaportal/internal/sealed"
	"seaportal/internal/store"
	"seaportal/internal/store/storetest"
	"seaportal/models"
)

// With the old master key and today's file of the database nobody gets anywhere:
// neither the old sealing key nor what it sealed is left in there.
func TestTheFilesForgetWhatTheyHeld(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "sea.db")
	s, err := store.Open(t.Context(), store.Config{URL: "sqlite:" + path, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	b := newBench(t, s)
	ring := b.ring()
	b.fill(ring)
	keys, err := s.SealingKeys(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	row, err := s.KMSKey(t.Context(), "key-100")
	if err != nil {
		t.Fatal(err)
	}
	box, err := row.Material.Value()
	if err != nil {
		t.Fatal(err)
	}
	before := map[string][]byte{"the old sealing key": keys[0].Wrapped, "an old secret": box.([]byte)} //nolint:errcheck // it is nothing else
	if held := where(t, path, before); len(held) != len(before) {
		t.Fatalf("before the rotation the files hold %v", held)
	}
	b.rotate()
	if held := where(t, path, before); len(held) > 0 {
		t.Errorf("the files hold %v", held)
	}
	b.whole(ring)
}

// where finds texts in a database's files.
func where(t *testing.T, path string, texts map[string][]byte) (held []string) {
	t.Helper()
	for _, end := range []string{"", "-wal"} {
		content, err := os.ReadFile(path + end)
		if err != nil {
			t.Fatal(err)
		}
		for what, text := range texts {
			if bytes.Contains(content, text) {
				held = append(held, what)
			}
		}
	}
	return held
}

// A portal that is not told of the new master key seals nothing, and has no
// operator to let in by the old one.
func TestWhoCannotFollowHasNoKey(t *testing.T) {
	t.Parallel()
	b := newBench(t, storetest.Open(t))
	serving := b.ring()
	b.mustPut(serving, "a", "the secret")
	given := *b
	given.Master = sealed.NewPlain(drawn(t) + ",file")
	given.rotate()
	if err := b.put(serving, "b", "lost"); err == nil || !strings.Contains(err.Error(), "master key") {
		t.Errorf("it seals: %v", err)
	}
	if _, key := serving.Current(); key != nil {
		t.Error("it goes on with the old key")
	}
	if state := serving.State(); state.Err == nil {
		t.Errorf("it is content: %+v", state)
	}
}

func TestTheFileStaysItsOwnersAndWhereItIs(t *testing.T) {
	t.Parallel()
	b := newBench(t, storetest.Open(t))
	b.mustPut(b.ring(), "a", "the secret")
	other := os.Geteuid()
	if other == 0 { // only root gives files away
		other = 12345
	}
	elsewhere := filepath.Join(t.TempDir(), "key")
	err := errors.Join(os.Rename(b.file(), elsewhere), os.Chown(elsewhere, other, -1), os.Symlink(elsewhere, b.file()))
	if err != nil {
		t.Fatal(err)
	}
	before := b.lines()[0]
	b.rotate()
	for _, path := range []string{elsewhere, filepath.Join(b.Dir, "rotation.lock")} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if owner, ok := info.Sys().(*syscall.Stat_t); !ok || int(owner.Uid) != other || info.Mode().Perm() != 0o600 {
			t.Errorf("%s is %+v", path, info.Sys())
		}
	}
	if at, err := os.Readlink(b.file()); err != nil || at != elsewhere || b.lines()[0] == before {
		t.Errorf("the link leads to %s, %v", at, err)
	}
}

// Portals on one database have a data directory each.
func TestRotationsFromSeveralDirectories(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		line := drawn(t)
		benches := make([]*bench, 3)
		for i := range benches {
			benches[i] = newBench(t, s)
			benches[i].Master = sealed.NewPlain(line)
		}
		benches[0].fill(benches[0].ring())
		ended := make(chan error)
		for _, b := range benches {
			go func() {
				var err error
				for range 3 {
					if _, again := keyring.Rotate(t.Context(), b.Config, models.CLI); again != nil && !errors.Is(again, store.ErrRotating) {
						err = errors.Join(err, again)
					}
				}
				ended <- err
			}()
		}
		for range benches {
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}
		benches[0].rotate()
		benches[0].whole(benches[1].ring())
		if keys, err := s.SealingKeys(t.Context()); err != nil || len(keys) != 1 {
			t.Errorf("%d keys are left, %v", len(keys), err)
		}
	})
}

// The key of before is found among several by what it opens, and where none
// opens anything nothing is changed.
func TestTheWrongKeyOfBeforeIsRefused(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	right, wrong := drawn(t), drawn(t)
	raw, err := base64.StdEncoding.DecodeString(right)
	if err != nil {
		t.Fatal(err)
	}
	master, err := sealed.NewKey(raw)
	if err != nil {
		t.Fatal(err)
	}
	row := models.KMSKey{ID: "old", Origin: models.KeyMade, SealedBy: "master", CreatedAt: clock.Real.Now()}
	if row.Material, err = master.Seal(sealed.NewPlain("of old"), row.SealedFor()); err != nil {
		t.Fatal(err)
	}
	itself := models.SealingKey{ID: "master", Wrapped: []byte{}, Current: true, CreatedAt: clock.Real.Now()}
	if err := errors.Join(s.InsertSealingKey(t.Context(), itself), s.InsertKMSKey(t.Context(), row)); err != nil {
		t.Fatal(err)
	}
	b := newBench(t, s)
	b.write(wrong)
	if _, err := keyring.Rotate(t.Context(), b.Config, models.CLI); err == nil || !strings.Contains(err.Error(), "another master key") {
		t.Errorf("with the wrong one: %v", err)
	}
	if lines := b.lines(); len(lines) != 1 || lines[0] != wrong {
		t.Errorf("the file has %d lines", len(lines))
	}
	for _, order := range []string{"%s,file", "file,%s"} {
		b.Master = sealed.NewPlain(fmt.Sprintf(order, right))
		b.opens(b.ring(), "old", "of old")
	}
}

func TestWhatNamesNoKeyIsNotPassedOver(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		b.mustPut(b.ring(), "a", "the secret")
		b.mustPut(b.ring(), "b", "an earlier version's")
		db, err := s.SQL()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.ExecContext(t.Context(), "UPDATE kms_keys SET sealed_by = NULL WHERE id = 'b'"); err != nil {
			t.Fatal(err)
		}
		if _, err := keyring.Rotate(t.Context(), b.Config, models.CLI); err == nil || !strings.Contains(err.Error(), "the secret b") {
			t.Errorf("passed over: %v", err)
		}
		b.opens(b.ring(), "a", "the secret")
	})
}

func TestWhereNothingIsSealedThereIsNothingToRotate(t *testing.T) {
	t.Parallel()
	b := newBench(t, storetest.Open(t))
	if _, err := keyring.Rotate(t.Context(), b.Config, models.CLI); err == nil || !strings.Contains(err.Error(), "nothing to rotate") {
		t.Errorf("it rotates: %v", err)
	}
	if _, err := os.Stat(b.file()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("it makes a file: %v", err)
	}
}
