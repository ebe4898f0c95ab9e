package objects_test

import (
	"testing"

	"github.com/aws/smithy-go"

	"seaportal/internal/objects"
)

// TestExplainLeavesTheEndOfTheSentenceToItsCaller takes messages as servers
// write them.
func TestExplainLeavesTheEndOfTheSentenceToItsCaller(t *testing.T) {
	t.Parallel()
	for message, want := range map[string]string{
		"":                  "S3 answered AccessDenied",
		"AccessDenied":      "S3 answered AccessDenied",
		"Access Denied.":    "S3 answered AccessDenied: Access Denied",
		"No. Ask the owner": "S3 answered AccessDenied: No. Ask the owner",
	} {
		if got := objects.Explain(&smithy.GenericAPIError{Code: "AccessDenied", Message: message}); got != want {
			t.Errorf("%q: %s", message, got)
		}
	}
}
