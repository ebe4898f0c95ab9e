package e2e

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

// What a test may need beyond Go, as SEA_TEST_REQUIRE names it.
const (
	needBrowser = "browser"
	needClients = "clients"
	needAxe     = "axe"
)

// partnerClients are the programs that the story runs against the gateway. TestClients runs more.
var partnerClients = []string{"aws", "rclone", "s3cmd"}

// lacking skips the test, or fails it where SEA_TEST_REQUIRE says that the need is met.
func lacking(t *testing.T, need, what string) {
	t.Helper()
	if slices.Contains(strings.Split(os.Getenv("SEA_TEST_REQUIRE"), ","), need) {
		t.Fatalf("%s is required here, and %s is missing", need, what)
	}
	t.Skipf("%s is missing", what)
}

// needPartnerClients skips or fails the test unless every partner client is installed.
func needPartnerClients(t *testing.T) {
	t.Helper()
	needPrograms(t, partnerClients...)
}

// needPrograms skips or fails the test unless each of the programs is installed.
func needPrograms(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		if _, err := exec.LookPath(name); err != nil {
			lacking(t, needClients, name)
		}
	}
}

// eventually asks until done says so, and fails the test with the last answer when the time is over.
func eventually(t *testing.T, within time.Duration, what string, done func() (bool, string)) {
	t.Helper()
	deadline := time.NewTimer(within)
	defer deadline.Stop()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		ok, seen := done()
		if ok {
			return
		}
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatalf("%s: not within %s; last seen: %s", what, within, seen)
		case <-t.Context().Done():
			t.Fatalf("%s: the test ended first", what)
		}
	}
}
