package keyring_test

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"seaportal/internal/clock"
	"seaportal/internal/fault"
	"seaportal/internal/keyring"
	"seaportal/internal/sealed"
	"seaportal/internal/store"
	"seaportal/internal/store/storetest"
	"seaportal/models"
)

// bench is a database with its data directory.
type bench struct {
	t *testing.T
	keyring.Config
}

func newBench(t *testing.T, s *store.Store) *bench {
	t.Helper()
	return &bench{t: t, Config: keyring.Config{Store: s, Dir: t.TempDir()}}
}

func (b *bench) ring() *keyring.Ring {
	b.t.Helper()
	ring, err := keyring.New(b.t.Context(), b.Config)
	if err != nil {
		b.t.Fatal(err)
	}
	return ring
}

// put stores a secret as a key of the embedded KMS.
func (b *bench) put(ring *keyring.Ring, id, text string) error {
	row := models.KMSKey{ID: id, Origin: models.KeyMade, Enabled: true, CreatedAt: clock.Real.Now()}
	var err error
	if row.Material, row.SealedBy, err = ring.Seal(b.t.Context(), sealed.NewPlain(text), row.SealedFor()); err != nil {
		return err
	}
	return b.Store.InsertKMSKey(b.t.Context(), row)
}

func (b *bench) mustPut(ring *keyring.Ring, id, text string) {
	b.t.Helper()
	if err := b.put(ring, id, text); err != nil {
		b.t.Fatal(err)
	}
}

// get opens a secret.
func (b *bench) get(ring *keyring.Ring, id string) (string, error) {
	b.t.Helper()
	row, err := b.Store.KMSKey(b.t.Context(), id)
	if err != nil {
		b.t.Fatal(err)
	}
	plain, err := ring.Open(b.t.Context(), row.Material, row.SealedBy, row.SealedFor())
	return plain.Reveal(), err
}

func (b *bench) opens(ring *keyring.Ring, id, want string) {
	b.t.Helper()
	if got, err := b.get(ring, id); err != nil || got != want {
		b.t.Errorf("%s opens as %q, %v; want %q", id, got, err, want)
	}
}

func (b *bench) file() string { return filepath.Join(b.Dir, "master.key") }

func (b *bench) lines() []string {
	b.t.Helper()
	text, err := os.ReadFile(b.file())
	if err != nil {
		b.t.Fatal(err)
	}
	return strings.Fields(string(text))
}

func (b *bench) write(lines ...string) {
	b.t.Helper()
	if err := os.WriteFile(b.file(), []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) rotate() keyring.Rotated {
	b.t.Helper()
	done, err := keyring.Rotate(b.t.Context(), b.Config, models.CLI)
	if err != nil {
		b.t.Fatal(err)
	}
	return done
}

func drawn(t *testing.T) string {
	t.Helper()
	raw := make([]byte, sealed.KeySize)
	if _, err := rand.Read(raw); err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(raw)
}

func TestTheFileIsMadeOnceForOneUserAlone(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		b.mustPut(b.ring(), "a", "the secret")
		info, err := os.Stat(b.file())
		if err != nil || info.Mode().Perm() != 0o600 || len(b.lines()) != 1 {
			t.Errorf("the file: %v, %v, %q", info.Mode(), err, b.lines())
		}
		b.opens(b.ring(), "a", "the secret")
		if left, _ := filepath.Glob(b.file() + ".*"); len(left) > 0 {
			t.Errorf("left over: %v", left)
		}
	})
}

// Two processes that start at once on one database agree on its key.
func TestOfTwoThatBeginOneWins(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		rings := make(chan *keyring.Ring, 4)
		for range cap(rings) {
			go func() {
				ring, err := keyring.New(t.Context(), b.Config)
				if err != nil {
					t.Error(err)
				}
				rings <- ring
			}()
		}
		ids := map[string]bool{}
		for range cap(rings) {
			if ring := <-rings; ring != nil {
				id, _ := ring.Current()
				ids[id] = true
			}
		}
		if len(ids) != 1 {
			t.Errorf("they seal under %d keys", len(ids))
		}
	})
}

func TestAnotherMasterKeyIsRefusedInWords(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	b := newBench(t, s)
	b.mustPut(b.ring(), "a", "the secret")
	right, good := b.lines()[0], b.Config
	for name, set := range map[string]func(*testing.T, *keyring.Config){
		"another in the file":     func(t *testing.T, c *keyring.Config) { c.Dir = other(t, drawn(t)) },
		"another in the variable": func(t *testing.T, c *keyring.Config) { c.Master = sealed.NewPlain(drawn(t)) },
		"none":                    func(t *testing.T, c *keyring.Config) { c.Dir = t.TempDir() },
		"what is no key":          func(t *testing.T, c *keyring.Config) { c.Dir = other(t, "not base64 at all!") },
		"a short one":             func(_ *testing.T, c *keyring.Config) { c.Master = sealed.NewPlain("AAAA") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := good
			set(t, &cfg)
			_, err := keyring.New(t.Context(), cfg)
			if err == nil || !strings.Contains(err.Error(), "master key") || strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), right) {
				t.Errorf("refused with %v", err)
			}
		})
	}
	b.Master = sealed.NewPlain(drawn(t) + ", " + right)
	b.opens(b.ring(), "a", "the secret")
}

// other makes a data directory with a file of its own.
func other(t *testing.T, line string) string {
	t.Helper()
	b := &bench{t: t, Config: keyring.Config{Dir: t.TempDir()}}
	b.write(line)
	return b.Dir
}

// A missing file is never replaced: the new key would open nothing.
func TestAMissingFileIsNotMadeAnew(t *testing.T) {
	t.Parallel()
	b := newBench(t, storetest.Open(t))
	b.mustPut(b.ring(), "a", "the secret")
	if err := os.Remove(b.file()); err != nil {
		t.Fatal(err)
	}
	if _, err := keyring.New(t.Context(), b.Config); err == nil || !strings.Contains(err.Error(), "backup") {
		t.Errorf("refused with %v", err)
	}
	if _, err := os.Stat(b.file()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the file: %v", err)
	}
}

func TestASecretOpensInItsOwnPlaceOnly(t *testing.T) {
	t.Parallel()
	ctx, b := t.Context(), newBench(t, storetest.Open(t))
	ring := b.ring()
	secret, by, err := ring.Seal(ctx, sealed.NewPlain("the secret"), "a")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range [][2]string{{by, "b"}, {"no such key", "a"}, {"", "a"}} {
		if _, err := ring.Open(ctx, secret, test[0], test[1]); !errors.Is(err, sealed.ErrOpen) {
			t.Errorf("under %q for %q: %v", test[0], test[1], err)
		}
	}
}

// What is sealed while a rotation ends is refused by the database, not lost.
func TestNothingIsStoredUnderAKeyThatIsGone(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		ring := b.ring()
		row := models.KMSKey{ID: "late", Origin: models.KeyMade, CreatedAt: clock.Real.Now()}
		var err error
		row.Material, row.SealedBy, err = ring.Seal(t.Context(), sealed.NewPlain("x"), row.SealedFor())
		if err != nil {
			t.Fatal(err)
		}
		b.rotate()
		if err := s.InsertKMSKey(t.Context(), row); !fault.Is(err, fault.Conflict) {
			t.Errorf("stored under a key that is gone: %v", err)
		}
		b.mustPut(ring, "late", "x") // as a second try does
		b.opens(b.ring(), "late", "x")
	})
}

func TestMasterKeysFromBeforeGoOn(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		line := drawn(t)
		b.write(line)
		raw, err := base64.StdEncoding.DecodeString(line)
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
		ring := b.ring()
		b.opens(ring, "old", "of old")
		b.mustPut(ring, "new", "of today")
		if done := b.rotate(); done.Secrets != 2 || done.Finished {
			t.Errorf("rotated: %+v", done)
		}
		b.opens(b.ring(), "old", "of old")
		b.opens(b.ring(), "new", "of today")
		if lines := b.lines(); len(lines) != 1 || lines[0] == line {
			t.Error("the master key in the file is still the old one")
		}
	})
}

func ctxEnded() context.Context {
	ctx, end := context.WithCancel(context.Background())
	end()
	return ctx
}
