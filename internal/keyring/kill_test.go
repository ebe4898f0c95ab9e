package keyring_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"
	"time"

	"seaportal/internal/clock"
	"seaportal/internal/keyring"
	"seaportal/internal/sealed"
	"seaportal/internal/store"
	"seaportal/models"
)

const (
	rotateDir      = "SEA_TEST_ROTATE_DIR"
	rotateDatabase = "SEA_TEST_ROTATE_DATABASE"

	killedSecrets = 1500
	kills         = 8
	longestLife   = 250 * time.Millisecond // of a process that is killed
)

// TestMain rotates the keys of a database, and is no test, where a test asks for
// that in a process of its own.
func TestMain(m *testing.M) {
	if os.Getenv(rotateDir) == "" {
		os.Exit(m.Run())
	}
	if err := rotateThere(context.Background()); err != nil {
		slog.Error("not rotated", slog.Any("error", err))
		os.Exit(1)
	}
}

func rotateThere(ctx context.Context) error {
	s, err := store.Open(ctx, store.Config{URL: os.Getenv(rotateDatabase), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	_, err = keyring.Rotate(ctx, keyring.Config{Store: s, Dir: os.Getenv(rotateDir)}, models.CLI)
	return err
}

// TestKilledRotationsLoseNothing kills rotations at random moments, while another
// process reads and writes, and lets the last one finish.
func TestKilledRotationsLoseNothing(t *testing.T) {
	t.Parallel()
	url := "sqlite:" + t.TempDir() + "/sea.db"
	s, err := store.Open(t.Context(), store.Config{URL: url, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	b := newBench(t, s)
	serving := b.ring()
	b.store(serving, killedSecrets)
	first := b.lines()[0]
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	moved := map[string]bool{}
	for i := range kills {
		ctx, end := context.WithTimeout(t.Context(), time.Duration(random.Int64N(int64(longestLife))))
		_ = b.command(ctx, url).Run() // killed, or by chance not
		end()
		sample := fmt.Sprintf("key-%04d", random.IntN(killedSecrets))
		b.opens(serving, sample, sample)
		b.opens(b.ring(), sample, sample)
		b.mustPut(serving, fmt.Sprintf("late-%d", i), "sealed meanwhile")
		row, err := s.KMSKey(t.Context(), sample)
		if err != nil {
			t.Fatal(err)
		}
		moved[row.SealedBy] = true
	}
	if out, err := b.command(t.Context(), url).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	b.alone()
	if b.lines()[0] == first {
		t.Error("the first master key is still in the file")
	}
	fresh := b.ring()
	for i := range killedSecrets {
		id := fmt.Sprintf("key-%04d", i)
		b.opens(fresh, id, id)
	}
	for i := range kills {
		b.opens(fresh, fmt.Sprintf("late-%d", i), "sealed meanwhile")
	}
	t.Logf("sampled under %d sealing keys", len(moved))
}

func (b *bench) command(ctx context.Context, url string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), rotateDir+"="+b.Dir, rotateDatabase+"="+url)
	return cmd
}

// store stores many secrets at once; each is its own id.
func (b *bench) store(ring *keyring.Ring, count int) {
	b.t.Helper()
	ctx := b.t.Context()
	rows := make([]models.KMSKey, count)
	for i := range rows {
		row := models.KMSKey{ID: fmt.Sprintf("key-%04d", i), Origin: models.KeyMade, CreatedAt: clock.Real.Now()}
		var err error
		row.Material, row.SealedBy, err = ring.Seal(ctx, sealed.NewPlain(row.ID), row.SealedFor())
		if err != nil {
			b.t.Fatal(err)
		}
		rows[i] = row
	}
	err := b.Store.Tx(ctx, func(tx *store.Store) error {
		for _, row := range rows {
			if err := tx.InsertKMSKey(ctx, row); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.t.Fatal(err)
	}
}
