// Package need says what becomes of a test on a machine that lacks something:
// it is skipped, unless SEA_TEST_REQUIRE, a list, says that the machine has it.
// Only tests import it.
package need

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// What a test may need beyond Go, as SEA_TEST_REQUIRE names it.
const (
	Browser   = "browser"
	Clients   = "clients"
	Postgres  = "postgres"
	Toxiproxy = "toxiproxy"
)

// Lacking skips the test for want of what, or fails it where the need is
// required.
func Lacking(t testing.TB, need, what string) {
	t.Helper()
	if slices.Contains(strings.Split(os.Getenv("SEA_TEST_REQUIRE"), ","), need) {
		t.Fatalf("%s is required here, and %s is missing", need, what)
	}
	t.Skipf("%s is missing", what)
}

// Program gives the path of the first of these programs that is installed.
func Program(t testing.TB, need string, names ...string) string {
	t.Helper()
	for _, name := range names {
		if found, err := exec.LookPath(name); err == nil {
			return found
		}
	}
	Lacking(t, need, strings.Join(names, " or "))
	return ""
}

// Chromium gives the path of a browser.
func Chromium(t testing.TB) string {
	t.Helper()
	return Program(t, Browser, "chromium", "chromium-browser", "google-chrome")
}
