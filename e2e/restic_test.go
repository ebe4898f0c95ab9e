package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// repository is the folder of a restic repository in active storage.
const repository = "restic repository"

// resticSaved is the file that the repository holds.
const resticSaved = "what was saved, 100% of it"

// makeRepository makes a restic repository with one file in it, and gives its files by key. Without restic there is none.
func makeRepository(t *testing.T) map[string]string {
	t.Helper()
	if _, err := exec.LookPath("restic"); err != nil {
		return nil
	}
	dir := t.TempDir()
	saved, at := filepath.Join(dir, "saved.txt"), filepath.Join(dir, "repository")
	if err := os.WriteFile(saved, []byte(resticSaved), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"init"}, {"backup", "--no-cache", "--host", "test", saved}} {
		command := exec.CommandContext(t.Context(), "restic", args...)
		command.Env = append(cleanEnv(), "RESTIC_PASSWORD="+resticPassword, "RESTIC_REPOSITORY="+at, "HOME="+dir)
		if out, err := command.CombinedOutput(); err != nil {
			t.Fatalf("restic %s: %v\n%s", args[0], err, out)
		}
	}
	files := map[string]string{}
	for key := range hashes(t, at) {
		body, err := os.ReadFile(filepath.Join(at, filepath.FromSlash(key)))
		if err != nil {
			t.Fatal(err)
		}
		files[repository+"/"+key] = string(body)
	}
	return files
}

// restores has restic read a repository that was placed. restic and not s3fs: a mount needs a device and rights that a container
// in CI does not have, and restic checks every byte that it reads by itself.
func (s *stage) restores(t *testing.T) {
	needPrograms(t, "restic")
	c := newCLI(t, s.set)
	at, target := s.set.Prefix+repository, t.TempDir()
	if out, err := c.restic(at, "restore", "latest", "--no-lock", "--target", target); err != nil {
		t.Fatalf("restore: %v\n%s", err, tail(out, 20))
	}
	found := ""
	for key, sum256 := range hashes(t, target) {
		if strings.HasSuffix(key, "saved.txt") && sum256 == sum([]byte(resticSaved)) {
			found = key
		}
	}
	if found == "" {
		t.Error("the file is not what was saved")
	}
	if out, err := c.restic(at, "check", "--no-lock", "--read-data"); err != nil {
		t.Errorf("check: %v\n%s", err, tail(out, 20))
	}
	wantAttemptsRefused(t, []attempt{
		{"write a repository", func() (string, error) { return c.restic(s.set.Prefix+"planted-by-restic", "init") }},
		{"read another unit's", func() (string, error) { return c.restic(s.others.Prefix+repository, "snapshots", "--no-lock") }},
	})
}
