package embedded

import (
	"context"
	"time"

	"github.com/versity/versitygw/iamapi/iamerr"
	"github.com/versity/versitygw/iamapi/storage"
	"github.com/versity/versitygw/iamapi/types"

	"seaportal/models"
)

// PutUserPolicy sets an inline policy; LimitExceeded when all of the user's
// documents together pass 2,048 bytes. AWS does not count white space, this
// service does, as versitygw's own storage: it is the stricter of the two.
func (s *iamStore) PutUserPolicy(ctx context.Context, in storage.PutUserPolicyInput) error {
	return s.change(ctx, in.UserName, func(user models.IAMUser) error {
		total := len(in.PolicyDocument)
		for _, policy := range user.Policies {
			if policy.Name != in.PolicyName {
				total += len(policy.Document)
			}
		}
		if total > storage.MaxInlinePolicyBytesPerUser {
			return iamerr.InlinePolicyQuotaExceeded("user", in.UserName, storage.MaxInlinePolicyBytesPerUser)
		}
		now := time.Now().UTC().Truncate(time.Second)
		return s.db.PutIAMPolicy(ctx, models.IAMPolicy{
			UserID: user.ID, Name: in.PolicyName, Document: in.PolicyDocument, CreatedAt: now, UpdatedAt: now,
		})
	})
}

// GetUserPolicy gives an inline policy by name.
func (s *iamStore) GetUserPolicy(ctx context.Context, userName, policyName string) (*types.PolicyEntry, error) {
	user, err := s.user(ctx, userName)
	if err != nil {
		return nil, err
	}
	for _, policy := range user.Policies {
		if policy.Name == policyName {
			entry := policyEntry(policy)
			return &entry, nil
		}
	}
	return nil, iamerr.NoSuchEntityUserPolicy(userName, policyName)
}

// DeleteUserPolicy deletes an inline policy; NoSuchEntity when there is none.
func (s *iamStore) DeleteUserPolicy(ctx context.Context, userName, policyName string) error {
	return s.change(ctx, userName, func(user models.IAMUser) error {
		for _, policy := range user.Policies {
			if policy.Name == policyName {
				return s.db.DeleteIAMPolicy(ctx, user.ID, policyName)
			}
		}
		return iamerr.NoSuchEntityUserPolicy(userName, policyName)
	})
}

// ListUserPolicies gives a page of the names of a user's inline policies.
func (s *iamStore) ListUserPolicies(ctx context.Context, in storage.ListUserPoliciesInput) (*storage.ListUserPoliciesOutput, error) {
	user, err := s.user(ctx, in.UserName)
	if err != nil {
		return nil, err
	}
	byName := func(policy models.IAMPolicy) string { return policy.Name }
	window, next := page(user.Policies, byName, in.Marker, in.MaxItems)
	out := &storage.ListUserPoliciesOutput{PolicyNames: []string{}, IsTruncated: next != "", Marker: next}
	for _, policy := range window {
		out.PolicyNames = append(out.PolicyNames, policy.Name)
	}
	return out, nil
}

func policyEntry(policy models.IAMPolicy) types.PolicyEntry {
	return types.PolicyEntry{
		PolicyName: policy.Name, PolicyDocument: policy.Document,
		CreateDate: policy.CreatedAt, UpdateDate: policy.UpdatedAt,
	}
}
