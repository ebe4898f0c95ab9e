package web_test

import (
	"net/http"
	"strings"
	"testing"
)

// The embedded storage grants the portal everything, so there is nothing to try.
func TestRightsAreTriedWhereOthersRunS3(t *testing.T) {
	t.Parallel()
	c := start(t).admin()
	for _, answer := range []answer{c.get("/system/rights"), c.post("/system/rights", nil)} {
		if answer.status != http.StatusNotFound || !strings.Contains(answer.body, "no rights to try") {
			t.Errorf("answered %d: %s", answer.status, answer.body)
		}
	}
	if system := c.get("/system"); strings.Contains(system.body, "/system/rights") {
		t.Error("the System page leads there")
	}
}
