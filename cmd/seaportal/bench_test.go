package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestBenchMeasuresAndLeavesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	picture := filepath.Join(t.TempDir(), "growth.svg")
	printed, err := command(t, "", "bench", "--files=4", "--size=1KiB", "--in-flight=2,3", "--rounds=1", "--growth=3,8", "--picture", picture, "--dir", dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"| copy | 2 |", "| move | 3 |", "| 8 |", "4 files of 1024 bytes"} {
		if !strings.Contains(printed, want) {
			t.Errorf("it did not print %q:\n%s", want, printed)
		}
	}
	if drawn, err := os.ReadFile(picture); err != nil || !strings.HasPrefix(string(drawn), "<svg") {
		t.Errorf("the picture: %v", err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left in the directory: %v, %v", left, err)
	}
}

func TestBenchRefusesFiguresThatMeasureNothing(t *testing.T) {
	t.Parallel()
	for _, flag := range []string{"--files=0", "--rounds=0", "--in-flight=0", "--size=4KB", "--size=-1", "--action=keep", "--growth=many"} {
		if _, err := command(t, "", "bench", flag); err == nil {
			t.Errorf("%s is taken", flag)
		}
	}
}
