package e2e

import (
	"bufio"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"
)

const (
	needMounts = "mounts"
	// fullFor is how long the disk stays full: long enough for several attempts.
	fullFor = 8 * time.Second
	// spare is what the ballast leaves free, in bytes: enough for some files, too little for all.
	spare = 200 << 10
)

// ownDisks is a script for a mount namespace: $1 is the data directory, $2 what is to be small, $3 its size, $4 a roomy directory.
const ownDisks = `
mount -t tmpfs -o size=$3,mode=0700 tmpfs "$2"
[ "$1" != "$2" ] || { mkdir "$1/objects" && mount --bind "$4" "$1/objects"; }
echo mounted
exec sleep 1d
`

// TestFullDiskLosesNothing fills the disk of the objects, and that of the database, while two rules place files. With room again
// everything must complete, once and whole.
func TestFullDiskLosesNothing(t *testing.T) {
	t.Parallel()
	for name, disk := range map[string]struct{ folder, size string }{
		"of the objects":  {"objects", "32m"},
		"of the database": {"", "16m"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := install(t)
			small := filepath.Join(in.dataDir, disk.folder)
			outside := onOwnDisk(t, in, small, disk.size)
			in.start()
			k := newKilling(t, in, rand.Uint64())
			if disk.folder == "" {
				k.rule() // there may be no room for it later
			}
			k.upload(t, 60)
			k.portal.run(killedUnit)
			if disk.folder == "" {
				k.awaitPlaced(t) // else it writes beside the ballast
			}
			ballast := fill(t, outside)
			if disk.folder == "" {
				k.upload(t, 60) // what is noticed of these cannot be written down
			} else {
				k.rule()
			}
			full := time.NewTimer(fullFor)
			for again := time.NewTicker(time.Second); ; {
				select {
				case <-again.C:
					k.portal.post(unitPath(killedUnit, "run"), nil) // may be refused: there is no room for the wish
					continue
				case <-full.C:
				}
				again.Stop()
				break
			}
			t.Logf("%d in SEA while the disk was full", len(k.operator.list(t, "sea", "")))
			if err := os.Remove(ballast); err != nil {
				t.Fatal(err)
			}
			k.awaitPlaced(t)
			k.wantSettled(t)
			k.wantWhole(t)
			in.stop()
		})
	}
}

// onOwnDisk gives the installation a small disk of its own, in a mount namespace that ends with the test, and returns where that disk is
// seen from outside. Where mounts are not allowed the test is skipped.
func onOwnDisk(t *testing.T, in *installation, small, size string) string {
	t.Helper()
	roomy := t.TempDir()
	if err := os.MkdirAll(small, 0o700); err != nil {
		t.Fatal(err)
	}
	holder := exec.CommandContext(t.Context(), "unshare", "-m", "--propagation", "private", "sh", "-ec", ownDisks, "sh", in.dataDir, small, size, roomy)
	said, err := holder.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := holder.Start(); err != nil {
		lacking(t, needMounts, "unshare: "+err.Error())
	}
	t.Cleanup(func() {
		in.kill() // before its disk goes
		_ = holder.Process.Kill()
		_ = holder.Wait()
	})
	if lines := bufio.NewScanner(said); !lines.Scan() || lines.Text() != "mounted" {
		lacking(t, needMounts, "the right to mount")
	}
	pid := strconv.Itoa(holder.Process.Pid)
	in.inside = []string{"nsenter", "-m", "-t", pid, "--"}
	return filepath.Join("/proc", pid, "root", small)
}

// fill writes a file that leaves only a little of a disk free, and returns its name.
func fill(t *testing.T, dir string) string {
	t.Helper()
	var disk syscall.Statfs_t
	if err := syscall.Statfs(dir, &disk); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "ballast")
	if err := os.WriteFile(name, make([]byte, int64(disk.Bavail)*disk.Bsize-spare), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// awaitPlaced asks for runs until every file is placed: what failed while the disk was full waits for its next attempt.
func (k *killing) awaitPlaced(t *testing.T) {
	t.Helper()
	asked := time.Time{}
	eventually(t, placeWithin, "files are placed", func() (bool, string) {
		if time.Since(asked) > time.Second {
			asked = time.Now()
			k.portal.run(killedUnit)
		}
		rows := k.portal.files(killedUnit, "placed")
		return len(rows) == len(k.sums), countText(len(rows), len(k.sums))
	})
}
