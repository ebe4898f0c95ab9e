package bench

import (
	"bufio"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
)

const (
	statusFile  = "/proc/self/status"
	resetFile   = "/proc/self/clear_refs"
	resetPeak   = "5" // sets the peak to what is resident now: proc(5)
	peakLine    = "VmHWM:"
	bytesPerKiB = 1 << 10
)

// peak gives the most memory that was resident while do ran, in bytes; 0 where
// the system does not tell, as any but Linux.
func peak(do func() error) (int64, error) {
	debug.FreeOSMemory()
	known := os.WriteFile(resetFile, []byte(resetPeak), 0) == nil
	if err := do(); err != nil || !known {
		return 0, err
	}
	return highest(), nil
}

// highest reads the peak since it was last reset.
func highest() int64 {
	file, err := os.Open(statusFile)
	if err != nil {
		return 0
	}
	defer func() { _ = file.Close() }()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		if value, found := strings.CutPrefix(lines.Text(), peakLine); found {
			kib, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
			if err != nil {
				return 0
			}
			return kib * bytesPerKiB
		}
	}
	return 0
}
