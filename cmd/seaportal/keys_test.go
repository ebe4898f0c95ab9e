package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestKeysAreRotatedWhereTheyAre(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	nowhere := filepath.Join(dir, "nowhere")
	if said, err := command(t, "", "keys", "rotate", "--data-dir", nowhere); err == nil || !strings.Contains(err.Error(), "--data-dir") {
		t.Errorf("in the wrong place: %q, %v", said, err)
	}
	if _, err := os.Stat(nowhere); err == nil {
		t.Error("it made the directory")
	}
	if _, err := command(t, "", "manifest", "rotate", "--data-dir", dir); err != nil {
		t.Fatal(err)
	}
	said, err := command(t, "", "keys", "rotate", "--data-dir", dir)
	if err != nil || !strings.Contains(said, "sealed 2 secrets of "+dir+" anew, under the master key local:") || strings.Count(said, "\n") != 1 {
		t.Errorf("it says %q, %v", said, err)
	}
}
