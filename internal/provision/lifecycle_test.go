package provision_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"seaportal/internal/provision"
)

func rule(days int32, status types.ExpirationStatus, filter *types.LifecycleRuleFilter) []types.LifecycleRule {
	return []types.LifecycleRule{{Status: status, Filter: filter, Expiration: &types.LifecycleExpiration{Days: aws.Int32(days)}}}
}

// A rule counts as the backstop only where it deletes what is marked, and late
// enough; one that deletes before the portal is pointed out whatever it filters.
func TestALifecycleConfigurationIsJudgedByWhatItDeletesWhen(t *testing.T) {
	t.Parallel()
	tag := func(value string) *types.LifecycleRuleFilter {
		return &types.LifecycleRuleFilter{Tag: &types.Tag{Key: aws.String("sea-expire"), Value: aws.String(value)}}
	}
	const on, off = types.ExpirationStatusEnabled, types.ExpirationStatusDisabled
	for name, test := range map[string]struct {
		rules         []types.LifecycleRule
		marked, early bool
	}{
		"its own":          {provision.LifecycleRules(), true, false},
		"none":             {nil, false, false},
		"later":            {rule(90, on, tag("yes")), true, false},
		"too early":        {rule(30, on, tag("yes")), false, true},
		"switched off":     {rule(32, off, tag("yes")), false, false},
		"another value":    {rule(32, on, tag("30")), false, false},
		"everything, late": {rule(400, on, &types.LifecycleRuleFilter{Prefix: aws.String("")}), false, false},
		"everything, soon": {rule(7, on, nil), false, true},
	} {
		if marked, early := provision.Marked(test.rules), provision.Early(test.rules); marked != test.marked || early != test.early {
			t.Errorf("%s: backstop %t, early %t", name, marked, early)
		}
	}
}
