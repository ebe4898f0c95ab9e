package embedded

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

func TestOnlyOneHoldsTheLockOfADataDirectory(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	first, err := LockDataDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	_, err = LockDataDir(dir)
	if err == nil {
		t.Fatal("two locks")
	}
	for _, part := range []string{dir, "is in use by process " + strconv.Itoa(os.Getpid())} {
		if !strings.Contains(err.Error(), part) || strings.Contains(err.Error(), "\n") {
			t.Errorf("message: %v", err)
		}
	}
	if err := first.Unlock(); err != nil {
		t.Fatal(err)
	}
	second, err := LockDataDir(dir)
	if err != nil {
		t.Fatalf("after the unlock: %v", err)
	}
	if err := second.Unlock(); err != nil {
		t.Error(err)
	}
}
