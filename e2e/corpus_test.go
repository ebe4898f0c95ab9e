package e2e

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What the files of the corpus are, and so which rule takes them.
const (
	copied    = "call-recording"
	moved     = "chat-transcript"
	kept      = "email"
	unmatched = "other"
)

// corpus is 300 files on disk, one folder for each media type, and the SHA-256 of each by media type and key.
type corpus struct {
	dir  string
	sums map[string]map[string]string
}

// How many files there are of each media type.
var shares = []struct {
	media string
	count int
}{{copied, 180}, {moved, 80}, {kept, 20}, {unmatched, 20}}

const mebibyte = 1 << 20

// remarkable are names that clients, URLs and file systems get wrong, and sizes at which S3 changes its ways.
var remarkable = []struct {
	name string
	size int
}{
	{"empty.wav", 0},
	{"one byte", 1},
	{"a file with spaces.txt", 700},
	{" leading and trailing ", 10},
	{"плюс + and & equals = question?.txt", 999},
	{"percent %2F is not a slash.wav", 1234},
	{"100%.txt", 12},
	{"%41 is not an A", 13},
	{"a+b c%20d", 14},
	{"quotes ' \" and `ticks`.txt", 345},
	{"emoji 🎧📞 recording.wav", 4096},
	{"e\u0301 and \u00e9.txt", 77},
	{"日本語/通話/録音.wav", 5000},
	{"semi;colon,comma:colon*star|pipe<less>.txt", 66},
	{"back\\slash.txt", 65},
	{"#hash and ~tilde@at!.txt", 64},
	{"-starts-with-a-dash", 63},
	{"deep/er/and/deep/er/and/deep/er/still.txt", 62},
	{".hidden/.also", 61},
	{"8 MiB less one.bin", 8*mebibyte - 1},
	{"5 MiB.bin", 5 * mebibyte},
	{"64 MiB.bin", 64 * mebibyte},
	{strings.Repeat("k", 230) + "/" + strings.Repeat("é", 115) + "/" + strings.Repeat("long key ", 26) + "/end.wav", 700},
}

// makeCorpus writes the files. The same seed makes the same bytes in every run.
func makeCorpus(t *testing.T) corpus {
	t.Helper()
	random := rand.NewChaCha8([32]byte{1})
	sizes := rand.New(rand.NewPCG(1, 2))
	c := corpus{t.TempDir(), map[string]map[string]string{}}
	for _, share := range shares {
		c.sums[share.media] = map[string]string{}
		for i := range share.count {
			name, size := fmt.Sprintf("%03d/%s-%d.dat", i%7, share.media, i), sizes.IntN(64<<10)
			if i < len(remarkable) && (share.media == copied || share.media == moved && remarkable[i].size < mebibyte) {
				name, size = share.media+"/"+remarkable[i].name, remarkable[i].size
			}
			c.sums[share.media][name] = writeFile(t, filepath.Join(c.dir, share.media, name), random, size)
		}
	}
	return c
}

func writeFile(t *testing.T, path string, random io.Reader, size int) string {
	t.Helper()
	body := make([]byte, size)
	if _, err := io.ReadFull(random, body); err != nil {
		t.Fatalf("make %d bytes: %v", size, err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		t.Fatalf("make a folder: %v", err)
	}
	if err := os.WriteFile(path, body, 0o600); err != nil {
		t.Fatalf("write a file of the corpus: %v", err)
	}
	return sum(body)
}

// folder is where the files of a media type are on disk.
func (c corpus) folder(media string) string { return filepath.Join(c.dir, media) }

// merged is the hashes of several media types by key.
func (c corpus) merged(media ...string) map[string]string {
	out := map[string]string{}
	for _, m := range media {
		for key, sum := range c.sums[m] {
			out[key] = sum
		}
	}
	return out
}

func sum(body []byte) string {
	s := sha256.Sum256(body)
	return hex.EncodeToString(s[:])
}

// hashes is the SHA-256 of every file below a folder.
func hashes(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		body, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		key, err := filepath.Rel(dir, path)
		out[filepath.ToSlash(key)] = sum(body)
		return err
	})
	if err != nil {
		t.Fatalf("read what was fetched: %v", err)
	}
	return out
}

// compare reports each file that is missing, strange or different.
func compare(t *testing.T, got, want map[string]string) {
	t.Helper()
	for key, sum := range want {
		switch have, ok := got[key]; {
		case !ok:
			t.Errorf("missing: %q", key)
		case have != sum:
			t.Errorf("different bytes: %q", key)
		}
	}
	for key := range got {
		if _, ok := want[key]; !ok {
			t.Errorf("nobody asked for: %q", key)
		}
	}
}
