package embedded

import (
	"fmt"
	"testing"

	"github.com/versity/versitygw/auth"
	"github.com/versity/versitygw/iamapi/policy"
	"github.com/versity/versitygw/iamapi/types"
	"pgregory.net/rapid"
)

// An excerpt of a policy decides as the whole of it does.
func TestExcerptsDecideAsTheWholePolicyDoes(t *testing.T) {
	t.Parallel()
	names := []string{"s3:GetObject", "s3:getobject", "s3:DeleteObject", "s3:Get*", "s3:*", "s3:ListBucke?", "kms:Decrypt", "*"}
	asked := []string{"s3:GetObject", "s3:DeleteObject", "s3:ListBucket", "kms:Decrypt", "s3:PutObject"}
	rapid.Check(t, func(t *rapid.T) {
		document := `{"Version":"2012-10-17","Statement":[`
		for i := range rapid.IntRange(1, 4).Draw(t, "statements") {
			if i > 0 {
				document += ","
			}
			document += fmt.Sprintf(`{"Effect":%q,%q:[%q,%q],"Resource":"arn:aws:s3:::sea/%s"%s}`,
				rapid.SampledFrom([]string{"Allow", "Deny"}).Draw(t, "effect"),
				rapid.SampledFrom([]string{"Action", "NotAction"}).Draw(t, "key"),
				rapid.SampledFrom(names).Draw(t, "one"), rapid.SampledFrom(names).Draw(t, "two"),
				rapid.SampledFrom([]string{"a/*", "b/*", "a/x", "?/x", "*/x", "${aws:username}/*", "*"}).Draw(t, "resource"),
				rapid.SampledFrom([]string{"", "", `,"Condition":{"StringEquals":{"aws:username":"a"}}`}).Draw(t, "condition"))
		}
		document += rapid.SampledFrom([]string{"]}", "]}", "]}", "", `],"Version":"x"}`}).Draw(t, "end")
		user := &types.User{Policies: types.Policies{Inline: []types.PolicyEntry{{PolicyDocument: document}}}}
		request := policy.RequestContext{
			Action:    rapid.SampledFrom(asked).Draw(t, "asked"),
			Resource:  "arn:aws:s3:::sea/" + rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "of") + "/x",
			Condition: map[string][]string{"aws:username": {rapid.SampledFrom([]string{"a", "b"}).Draw(t, "username")}},
		}
		var kept excerpts
		want := policy.EvaluateIdentityPolicies(user.Policies.Inline, request)
		for range 2 { // made and remembered
			if got := kept.decide(user, request.Action, request.Resource, func() map[string][]string { return request.Condition }); got != want {
				t.Fatalf("%s on %+v: %d, want %d", document, request, got, want)
			}
		}
	})
}

// The words for a decision are versitygw's own, and unnamed: what it says by
// HTTP is what is said here.
func TestDecisionsMeanWhatVersitygwMeans(t *testing.T) {
	t.Parallel()
	var cells auth.PolicyEvaluation
	resize(&cells.Decisions, 1, 3)
	for i, decision := range []policy.Decision{policy.DecisionNoMatch, policy.DecisionAllow, policy.DecisionDeny} {
		decide(&cells.Decisions[0][i], decision)
		if int(cells.Decisions[0][i]) != int(decision) {
			t.Errorf("%d is written as %d", decision, cells.Decisions[0][i])
		}
	}
}
