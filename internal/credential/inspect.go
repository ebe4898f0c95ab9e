package credential

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"reflect"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"seaportal/internal/policy"
	"seaportal/models"
)

// policyOf gives the unit's inline policy as IAM has it, empty where it has
// none. IAM answers it URL-encoded (RFC 3986).
func (s *Service) policyOf(ctx context.Context, unit models.BusinessUnit) (string, error) {
	answer, err := s.iam.GetUserPolicy(ctx, &iam.GetUserPolicyInput{
		UserName: aws.String(unit.IAMUser()), PolicyName: aws.String(policyName),
	})
	if hasCode(err, codeNone) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read policy of IAM user %s: %w", unit.IAMUser(), err)
	}
	text, err := url.PathUnescape(aws.ToString(answer.PolicyDocument))
	if err != nil {
		return "", fmt.Errorf("decode policy of IAM user %s: %w", unit.IAMUser(), err)
	}
	return text, nil
}

// otherPolicies gives the names of the unit's inline policies beside the
// portal's.
func (s *Service) otherPolicies(ctx context.Context, unit models.BusinessUnit) ([]string, error) {
	var others []string
	pages := iam.NewListUserPoliciesPaginator(s.iam, &iam.ListUserPoliciesInput{UserName: aws.String(unit.IAMUser())})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if hasCode(err, codeNone) {
			return nil, nil
		}
		if err != nil {
			return nil, fmt.Errorf("list policies of IAM user %s: %w", unit.IAMUser(), err)
		}
		for _, name := range page.PolicyNames {
			if name != policyName {
				others = append(others, name)
			}
		}
	}
	return others, nil
}

// sameButKeys compares two documents without what they say of keys.
func sameButKeys(a, b string) bool { return samePolicy(withoutKeys(a), withoutKeys(b)) }

func withoutKeys(text string) string {
	var document struct {
		Version   string
		Statement []map[string]any
	}
	if json.Unmarshal([]byte(text), &document) != nil {
		return ""
	}
	document.Statement = slices.DeleteFunc(document.Statement, func(statement map[string]any) bool {
		return statement["Sid"] == keysSid && statement["Effect"] == policy.Allow && reflect.DeepEqual(statement["Action"], []any{"kms:Decrypt"})
	})
	rest, err := json.Marshal(document)
	if err != nil {
		return ""
	}
	return string(rest)
}

// samePolicy compares two documents by what they say, not by how they are
// written.
func samePolicy(a, b string) bool {
	var one, other any
	if json.Unmarshal([]byte(a), &one) != nil || json.Unmarshal([]byte(b), &other) != nil {
		return false
	}
	return reflect.DeepEqual(one, other)
}
