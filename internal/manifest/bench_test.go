package manifest_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"hash/crc64"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"seaportal/internal/clock"
	"seaportal/internal/keyring"
	"seaportal/internal/manifest"
	"seaportal/internal/store"
	"seaportal/models"
)

func newBench(t testing.TB, s *store.Store) *bench {
	t.Helper()
	key, err := keyring.New(t.Context(), keyring.Config{Store: s, Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{Service: &manifest.Service{Store: s, Keys: key, Portal: "https://sea.example.com"}, t: t, dir: t.TempDir()}
	b.unit = b.addUnit("emea")
	return b
}

func (b *bench) addUnit(slug string) models.BusinessUnit {
	b.t.Helper()
	bucket, prefix := "sea", slug+"/"
	unit := models.BusinessUnit{
		Slug: slug, Name: "Unit <" + slug + ">", ActiveBucket: "active", ActivePrefix: prefix, StorageKind: models.StorageSystem,
		SEAState: models.SEAEnabled, SEABucket: &bucket, SEAPrefix: &prefix, RetentionDays: models.RetentionDays,
	}
	if err := b.Store.CreateUnit(b.t.Context(), &unit); err != nil {
		b.t.Fatal(err)
	}
	return unit
}

// place makes a file in SEA that the partner has fetched too.
func (b *bench) place(key, content, algorithm string, change ...func(*models.Placement)) models.Placement {
	b.t.Helper()
	placed := clock.Real.Now().Add(-time.Hour)
	expires := placed.Add(30 * 24 * time.Hour)
	b.next++
	p := models.Placement{
		UnitID: b.unit.ID, FileID: b.next, RuleID: 4, RuleVersion: 2, Action: "copy", Key: key, SEAKey: key, Size: int64(len(content)),
		Checksum: checksum(algorithm, content), State: models.PlacementPlaced, SourceState: models.SourceKept, QueuedAt: placed,
		PlacedAt: &placed, ExpiresAt: &expires,
	}
	for _, set := range change {
		set(&p)
	}
	rows := []models.Placement{p}
	if err := b.Store.InsertPlacements(b.t.Context(), rows); err != nil {
		b.t.Fatal(err)
	}
	b.fetch(p.SEAKey, content)
	return rows[0]
}

func (b *bench) fetch(key, content string) {
	b.t.Helper()
	at := filepath.Join(b.dir, filepath.FromSlash(key))
	if err := os.MkdirAll(filepath.Dir(at), 0o700); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(at, []byte(content), 0o600); err != nil {
		b.t.Fatal(err)
	}
}

func checksum(algorithm, content string) string {
	var sum []byte
	switch algorithm {
	case "SHA256":
		whole := sha256.Sum256([]byte(content))
		sum = whole[:]
	case "CRC64NVME": // the check value in the test of objects ties the polynomial down
		h := crc64.New(crc64.MakeTable(0x9a6c9329ac4bc9b5))
		_, _ = h.Write([]byte(content))
		sum = h.Sum(nil)
	default:
		return ""
	}
	return algorithm + ":" + base64.StdEncoding.EncodeToString(sum)
}

// make makes a manifest and gives its text.
func (b *bench) make(in manifest.Request) []byte {
	b.t.Helper()
	m, err := b.Prepare(b.t.Context(), ada, b.unit, in)
	if err != nil {
		b.t.Fatal(err)
	}
	var out bytes.Buffer
	if err := m.Write(b.t.Context(), &out); err != nil {
		b.t.Fatal(err)
	}
	return out.Bytes()
}

// save keeps a manifest outside of the directory.
func (b *bench) save(text []byte) string {
	b.t.Helper()
	at := filepath.Join(b.t.TempDir(), "manifest.json")
	if err := os.WriteFile(at, text, 0o600); err != nil {
		b.t.Fatal(err)
	}
	return at
}

func (b *bench) published() []byte {
	b.t.Helper()
	keys, err := b.Published(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	return keys
}

// verify checks the directory, and gives what was found and printed.
func (b *bench) verify(at string, keys []byte) (manifest.Result, string, error) {
	b.t.Helper()
	var out strings.Builder
	result, err := manifest.Verify(b.t.Context(), &out, manifest.Check{Manifest: at, Dir: b.dir, Keys: keys, AnySigner: keys == nil})
	return result, out.String(), err
}

func hexOf(content string) string {
	sum := sha256.Sum256([]byte(content))
	return hex.EncodeToString(sum[:])
}
