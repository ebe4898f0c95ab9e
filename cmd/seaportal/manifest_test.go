package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestManifestCommands(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for range 2 { // the first makes a key only to replace it
		said, err := command(t, "", "--data-dir", dir, "manifest", "rotate", "--revoke")
		if err != nil || !strings.HasPrefix(said, "manifests are signed with the key ") {
			t.Errorf("rotate: %q, %v", said, err)
		}
	}
	if said, err := command(t, "", "--data-dir", dir, "history", "verify"); err != nil || said != "history is whole: 3 events\n" {
		t.Errorf("history verify: %q, %v", said, err)
	}
	file := filepath.Join(dir, "m.json")
	if err := os.WriteFile(file, []byte("{}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{file, dir}, {filepath.Join(dir, "none"), dir}, {"--key", filepath.Join(dir, "none"), file, dir}, {"--key", "http://127.0.0.1:1/", file, dir}, {file},
	} {
		said, err := command(t, "", append([]string{"manifest", "verify"}, args...)...)
		if err == nil || said != "" || strings.Contains(oneLine(err), "\n") {
			t.Errorf("verify %q: %q, %v", args, said, err)
		}
	}
}
