package credential

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/smithy-go"

	"seaportal/models"
)

const (
	userPath   = "/sea/"
	policyName = "sea-access"
)

// IAM's error codes that decide what is done next.
const (
	codeExists = "EntityAlreadyExists"
	codeNone   = "NoSuchEntity"
)

// EnsureUser makes the unit's IAM user and its inline policy. It may be called
// at any time: what is there already is left or put right. The unit must have
// a SEA location; what the policy says is read anew.
func (s *Service) EnsureUser(ctx context.Context, unit models.BusinessUnit) error {
	if !unit.HasLocation() {
		return fmt.Errorf("make IAM user of %s: it has no SEA location", unit.Slug)
	}
	name := aws.String(unit.IAMUser())
	_, err := s.iam.CreateUser(ctx, &iam.CreateUserInput{UserName: name, Path: aws.String(userPath)})
	if err != nil && !hasCode(err, codeExists) {
		return fmt.Errorf("make IAM user %s: %w", *name, err)
	}
	return s.applyPolicy(ctx, unit.ID)
}

// createKey asks for an access key once: a retry after a lost answer would
// leave a key that nobody knows.
func (s *Service) createKey(ctx context.Context, unit models.BusinessUnit) (*types.AccessKey, error) {
	answer, err := s.iam.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: aws.String(unit.IAMUser())},
		func(o *iam.Options) { o.Retryer = aws.NopRetryer{} })
	if err != nil {
		return nil, fmt.Errorf("create access key of %s: %w", unit.IAMUser(), err)
	}
	return answer.AccessKey, nil
}

// deleteKey deletes an access key; one that is not there is a success.
func (s *Service) deleteKey(ctx context.Context, unit models.BusinessUnit, accessKeyID string) error {
	_, err := s.iam.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{
		UserName: aws.String(unit.IAMUser()), AccessKeyId: aws.String(accessKeyID),
	})
	if err != nil && !hasCode(err, codeNone) {
		return fmt.Errorf("delete access key %s of %s: %w", accessKeyID, unit.IAMUser(), err)
	}
	return nil
}

// keys gives the ids of the access keys that IAM has for the unit, none when
// there is no user.
func (s *Service) keys(ctx context.Context, unit models.BusinessUnit) ([]string, error) {
	var ids []string
	pages := iam.NewListAccessKeysPaginator(s.iam, &iam.ListAccessKeysInput{UserName: aws.String(unit.IAMUser())})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if hasCode(err, codeNone) {
			return nil, nil
		}
		if err != nil {
			return nil, fmt.Errorf("list access keys of %s: %w", unit.IAMUser(), err)
		}
		for _, key := range page.AccessKeyMetadata {
			ids = append(ids, aws.ToString(key.AccessKeyId))
		}
	}
	return ids, nil
}

// lastUsed asks IAM when the set was last used; nil when never. The proof that
// its key works is a use to IAM, but nobody's: only what came after it counts.
func (s *Service) lastUsed(ctx context.Context, set models.Credential) (*time.Time, error) {
	answer, err := s.iam.GetAccessKeyLastUsed(ctx, &iam.GetAccessKeyLastUsedInput{AccessKeyId: aws.String(set.AccessKeyID)})
	if err != nil {
		return nil, fmt.Errorf("ask for last use of %s: %w", set.AccessKeyID, err)
	}
	if answer.AccessKeyLastUsed == nil || answer.AccessKeyLastUsed.LastUsedDate == nil {
		return nil, nil //nolint:nilnil // never used is an answer
	}
	at := answer.AccessKeyLastUsed.LastUsedDate.UTC()
	if set.VerifiedAt != nil && !at.After(*set.VerifiedAt) {
		return nil, nil //nolint:nilnil // the portal's own proof
	}
	return &at, nil
}

// hasCode tells whether err is an answer of AWS with that error code.
func hasCode(err error, code string) bool {
	var answer smithy.APIError
	return errors.As(err, &answer) && answer.ErrorCode() == code
}
