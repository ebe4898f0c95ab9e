package keyring_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"seaportal/internal/history"
	"seaportal/internal/keyring"
	"seaportal/internal/sealed"
	"seaportal/internal/store"
	"seaportal/internal/store/storetest"
	"seaportal/models"
)

const many = 250 // secrets: more than a batch, which is of 200

func (b *bench) fill(ring *keyring.Ring) {
	b.t.Helper()
	for i := range many {
		b.mustPut(ring, fmt.Sprintf("key-%03d", i), fmt.Sprintf("secret %d", i))
	}
}

func (b *bench) whole(ring *keyring.Ring) {
	b.t.Helper()
	for i := range many {
		b.opens(ring, fmt.Sprintf("key-%03d", i), fmt.Sprintf("secret %d", i))
	}
}

// alone checks that one sealing key is left, and one line in the file.
func (b *bench) alone() {
	b.t.Helper()
	keys, err := b.Store.SealingKeys(b.t.Context())
	if err != nil || len(keys) != 1 || len(b.lines()) != 1 {
		b.t.Errorf("%d sealing keys and %d lines are left, %v", len(keys), len(b.lines()), err)
	}
}

func TestAfterARotationTheOldKeysOpenNothing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		serving := b.ring() // of another process
		b.fill(serving)
		before := b.lines()[0]
		_, oldKey := serving.Current()
		if done := b.rotate(); done.Secrets != many || done.Finished || done.Master == done.Before {
			t.Errorf("rotated: %+v", done)
		}
		b.alone()
		b.whole(b.ring())
		b.whole(serving) // it follows
		b.mustPut(serving, "later", "sealed by the one that serves")
		b.opens(b.ring(), "later", "sealed by the one that serves")

		if b.lines()[0] == before {
			t.Error("the file has the old master key")
		}
		old := b.Config
		old.Master = sealed.NewPlain(before)
		if _, err := keyring.New(t.Context(), old); err == nil {
			t.Error("the old master key opens the database")
		}
		row, err := s.KMSKey(t.Context(), "key-000")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := oldKey.Open(row.Material, row.SealedFor()); !errors.Is(err, sealed.ErrOpen) {
			t.Errorf("a copy of the old sealing key opens it: %v", err)
		}
		if events, err := history.Verify(t.Context(), s); err != nil || events != 1 {
			t.Errorf("history has %d events, %v", events, err)
		}
		if again := b.rotate(); again.Secrets != many+1 || again.Before == again.Master {
			t.Errorf("a second time: %+v", again)
		}
		b.whole(serving)
	})
}

// Whatever the moment at which a rotation is cut short, the keys open everything,
// and the next call finishes it.
func TestARotationIsFinished(t *testing.T) {
	t.Parallel()
	for name, cut := range map[string]func(*testing.T, *bench) (drawsAnew bool){
		"before anything": func(*testing.T, *bench) bool { return true },
		"with a master key drawn": func(t *testing.T, b *bench) bool {
			b.write(drawn(t), b.lines()[0])
			return true
		},
		"before the first secret": func(t *testing.T, b *bench) bool {
			b.half(t, 1)
			return false
		},
		"half way": func(t *testing.T, b *bench) bool {
			b.half(t, many-25)
			return false
		},
		"before the file is shortened": func(t *testing.T, b *bench) bool {
			line := b.lines()[0]
			b.rotate()
			b.write(b.lines()[0], line)
			return false
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				b := newBench(t, s)
				serving := b.ring()
				b.fill(serving)
				before := b.lines()[0]
				drawsAnew := cut(t, b)
				b.whole(b.ring())
				b.whole(serving)
				if done := b.rotate(); done.Finished == drawsAnew {
					t.Errorf("finished: %+v", done)
				}
				b.alone()
				b.whole(b.ring())
				b.whole(serving)
				if b.lines()[0] == before {
					t.Error("the old master key is still in the file")
				}
			})
		})
	}
}

// half makes a rotation that ended after some secrets: whoever reads the last
// one that was to be sealed anew meets a key that was not theirs.
func (b *bench) half(t *testing.T, secrets int) {
	t.Helper()
	fresh := drawn(t)
	b.write(fresh, b.lines()[0])
	next := keyring.Config{Store: b.Store, Dir: b.Dir}
	var current string
	// The rotation fails at a secret that cannot be opened.
	broken := fmt.Sprintf("key-%03d", secrets)
	row, err := b.Store.KMSKey(t.Context(), broken)
	if err != nil {
		t.Fatal(err)
	}
	db, err := b.Store.SQL()
	if err != nil {
		t.Fatal(err)
	}
	set := func(text any) {
		t.Helper()
		statement := "UPDATE kms_keys SET material = $1 WHERE id = $2"
		if _, err := db.ExecContext(t.Context(), statement, text, broken); err != nil {
			t.Fatal(err)
		}
	}
	set([]byte("no ciphertext"))
	_, err = keyring.Rotate(t.Context(), next, models.CLI)
	if err == nil || !strings.Contains(err.Error(), broken) || !strings.Contains(err.Error(), "old keys stay") {
		t.Fatalf("a secret that cannot be opened: %v", err)
	}
	keys, err := b.Store.SealingKeys(t.Context())
	if err != nil || len(keys) != 2 {
		t.Fatalf("%d keys, %v", len(keys), err)
	}
	current = keys[0].ID
	value, err := row.Material.Value()
	if err != nil {
		t.Fatal(err)
	}
	set(value)
	left, err := b.Store.SealedByOthers(t.Context(), models.SealedColumns[2], current, many)
	if err != nil || len(left) == 0 || (secrets > 200) == (len(left) == many) {
		t.Fatalf("%d secrets are left under the old key, %v", len(left), err)
	}
}

// The variable's first key is the one to come, the second the one that was.
func TestKeysOfTheVariableAreReplacedByPuttingOneInFront(t *testing.T) {
	t.Parallel()
	b := newBench(t, storetest.Open(t))
	first, second := drawn(t), drawn(t)
	b.Master = sealed.NewPlain(first)
	b.mustPut(b.ring(), "a", "the secret")
	if done := b.rotate(); done.Before != done.Master || done.Secrets != 1 {
		t.Errorf("with nothing else to go to: %+v", done)
	}
	b.Master = sealed.NewPlain(second + "," + first)
	serving := b.ring() // restarted with both
	if done := b.rotate(); done.Before == done.Master || done.Secrets != 1 {
		t.Errorf("with another in front: %+v", done)
	}
	b.opens(serving, "a", "the secret")
	b.Master = sealed.NewPlain(second)
	b.opens(b.ring(), "a", "the secret")
	b.Master = sealed.NewPlain(first)
	if _, err := keyring.New(t.Context(), b.Config); err == nil {
		t.Error("the old one opens the database")
	}
}

// From the file to a variable, and back.
func TestTheFileCanBeLeft(t *testing.T) {
	t.Parallel()
	b := newBench(t, storetest.Open(t))
	b.mustPut(b.ring(), "a", "the secret")
	inFile, given := b.lines()[0], drawn(t)
	b.Master = sealed.NewPlain(given + " file")
	b.rotate()
	if lines := b.lines(); len(lines) != 1 || lines[0] != inFile {
		t.Error("a key that does not wrap was changed")
	}
	b.Master = sealed.NewPlain(given)
	b.opens(b.ring(), "a", "the secret")
	b.Master = sealed.NewPlain("file " + given)
	b.rotate()
	b.Master = sealed.Plain{}
	b.opens(b.ring(), "a", "the secret")
}

func TestTheVariableCanBeLeftForAFileThatIsNotThereYet(t *testing.T) {
	t.Parallel()
	b := newBench(t, storetest.Open(t))
	given := drawn(t)
	b.Master = sealed.NewPlain(given)
	b.mustPut(b.ring(), "a", "the secret")
	b.Master = sealed.NewPlain("file," + given)
	b.rotate()
	b.Master = sealed.Plain{}
	b.opens(b.ring(), "a", "the secret")
	b.alone()
}

func TestOneRotationAtATime(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		b.fill(b.ring())
		failed := make(chan error, 4)
		for range cap(failed) {
			go func() {
				_, err := keyring.Rotate(t.Context(), b.Config, models.CLI)
				failed <- err
			}()
		}
		var done int
		for range cap(failed) {
			switch err := <-failed; {
			case err == nil:
				done++
			case !errors.Is(err, store.ErrRotating):
				t.Error(err)
			}
		}
		if done == 0 {
			t.Error("none has rotated")
		}
		b.alone()
		b.whole(b.ring())
	})
}

func TestARotationThatIsStoppedLosesNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t, storetest.Open(t))
	b.fill(b.ring())
	if _, err := keyring.Rotate(ctxEnded(), b.Config, models.CLI); err == nil {
		t.Error("it went on")
	}
	b.whole(b.ring())
}
