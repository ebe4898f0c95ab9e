package credential

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"seaportal/internal/store"
	"seaportal/models"
)

const (
	identityService = "The identity service"
	checkedKey      = "Access key"
	checkedPolicy   = "Policy"
)

// checkKey compares the set with the keys that IAM has.
func (s *Service) checkKey(ctx context.Context, unit models.BusinessUnit, held store.HeldCredentials) Check {
	c := Check{Name: checkedKey}
	answer, err := s.iam.ListAccessKeys(ctx, &iam.ListAccessKeysInput{UserName: aws.String(unit.IAMUser())})
	if err != nil && !hasCode(err, codeNone) {
		return unanswered(c.Name, identityService)
	}
	var found []types.AccessKeyMetadata
	if err == nil {
		found = answer.AccessKeyMetadata
	}
	switch {
	case held.Issuing != nil, held.Live != nil && held.Live.State == models.CredentialRetiring:
		c.Outcome, c.Said = Noted, "A set is being made or stopped right now."
		c.Do = "Test again when the credentials page says that it is done."
		return c
	case held.Live == nil:
		c.Outcome, c.Said = Failed, "There is no credential set."
		c.Partner, c.Do = "InvalidAccessKeyId, whatever they try.", "Generate a set, and give it to the partner."
		return c
	}
	return judgeKeys(c, held.Live.AccessKeyID, found)
}

func judgeKeys(c Check, wanted string, found []types.AccessKeyMetadata) Check {
	c.Outcome, c.Said = Failed, "The identity service does not know the set "+Mask(wanted)+"."
	c.Partner, c.Do = "InvalidAccessKeyId, whatever they try.", "Regenerate the set."
	others := 0
	for _, key := range found {
		switch {
		case aws.ToString(key.AccessKeyId) != wanted:
			others++
		case key.Status == types.StatusTypeActive:
			c.Outcome, c.Said, c.Partner, c.Do = Passed, "The set "+Mask(wanted)+" exists and is active.", "", ""
		default:
			c.Said = "The set " + Mask(wanted) + " exists, but somebody made it inactive."
			c.Do = "Make it active at the identity service, or regenerate the set."
		}
	}
	if others > 0 {
		c.Said += " Beside it the identity service has " + plural(others, "key that the portal does not know.", "keys that the portal does not know.")
		c.Do = strings.TrimSpace(c.Do + " The portal removes unknown keys within the hour, and records that.")
		if c.Outcome == Passed {
			c.Outcome = Noted
		}
	}
	return c
}

// checkPolicy compares the policy that IAM has with the one that the unit should
// have.
func (s *Service) checkPolicy(ctx context.Context, unit models.BusinessUnit) Check {
	c := Check{Name: checkedPolicy}
	if !unit.HasLocation() {
		c.Outcome, c.Said, c.Do = Failed, "The unit has no SEA location.", "Enable SEA for this business unit."
		return c
	}
	wanted, err := s.wantedPolicy(ctx, unit)
	if err != nil {
		c.Outcome, c.Said, c.Do = Failed, "The policy cannot be written: it would be longer than IAM takes.", "Allow fewer addresses."
		return c
	}
	found, err := s.policyOf(ctx, unit)
	if err != nil {
		return unanswered(c.Name, identityService)
	}
	others, err := s.otherPolicies(ctx, unit)
	if err != nil {
		return unanswered(c.Name, identityService)
	}
	switch {
	case unit.PolicyPending():
		c.Outcome, c.Said = Noted, "The allowed addresses were changed, and the policy is being written."
		c.Do = "Test again in a minute."
	case found == "":
		c.Outcome, c.Said, c.Partner = Failed, "There is no policy.", "AccessDenied, whatever they try."
		c.Do = "The portal writes it again within the hour, and at once when a set is generated or regenerated."
	case !samePolicy(found, wanted) && sameButKeys(found, wanted):
		c.Outcome, c.Said = Noted, "The policy names other keys than those that the files rest under now."
		c.Partner = "AccessDenied for files under a key that it lacks."
		c.Do = "The portal writes it again within the hour, and at once when a set is generated or regenerated."
	case !samePolicy(found, wanted):
		c.Outcome, c.Said, c.Partner = Failed, "The policy is not the one that the portal wrote.", "They may do more or less than they should."
		c.Do = "The portal writes it again within the hour, and records what it found."
	case len(others) > 0:
		c.Outcome, c.Said = Noted, "The policy is right, but the identity has others beside it: "+strings.Join(others, ", ")+"."
		c.Do = "Take them away, unless you know why they are there."
	default:
		c.Outcome, c.Said = Passed, grants(unit)
		c.Partner = narrowed(unit)
	}
	return c
}

func grants(unit models.BusinessUnit) string {
	return "It lets the set list, read and delete below " + unit.FileLocation() + ", and nothing else."
}

func narrowed(unit models.BusinessUnit) string {
	allowed := unit.Allowed()
	if len(allowed) == 0 {
		return ""
	}
	return fmt.Sprintf("AccessDenied, unless they come from %s.", strings.Join(allowed, ", "))
}
