package embedded

import (
	"context"
	"slices"
	"strings"

	"github.com/versity/versitygw/iamapi/iamerr"
	"github.com/versity/versitygw/iamapi/storage"
	"github.com/versity/versitygw/iamapi/types"

	"seaportal/internal/fault"
	"seaportal/internal/sealed"
	"seaportal/models"
)

// GetUserByAccessKeyID gives the owner of a key, with all keys, active or not.
// Each S3 request asks twice, so the answer is cached. An error that is none of
// IAM's goes to the log: versitygw answers InternalError and says no more.
func (s *iamStore) GetUserByAccessKeyID(ctx context.Context, keyID string) (*types.User, error) {
	cached, generation := s.cache.user(keyID)
	if cached != nil {
		return cached, nil
	}
	user, err := s.db.IAMUserByAccessKey(ctx, keyID)
	if fault.Is(err, fault.NotFound) {
		return nil, iamerr.NoSuchEntityAccessKey(keyID)
	}
	var whole *types.User
	if err == nil {
		whole, err = s.wholeUser(ctx, user)
	}
	if err != nil {
		s.log.ErrorContext(ctx, "cannot look up an access key, so its request fails", "access_key_id", keyID, "error", err)
		return nil, err
	}
	s.cache.remember(generation, strings.Clone(keyID), whole)
	return whole, nil
}

// CreateAccessKey makes a key; LimitExceeded when the user has two.
func (s *iamStore) CreateAccessKey(ctx context.Context, in storage.CreateAccessKeyInput) (created *types.AccessKey, err error) {
	key := models.IAMAccessKey{ID: in.AccessKeyID, Status: in.Status, CreatedAt: in.CreateDate}
	key.Secret, key.SealedBy, err = s.keys.Seal(ctx, sealed.NewPlain(in.SecretAccessKey), key.SealedFor())
	if err != nil {
		return nil, err
	}
	err = s.change(ctx, in.UserName, func(user models.IAMUser) error {
		if len(user.AccessKeys) >= storage.MaxAccessKeysPerUser {
			return iamerr.AccessKeysLimitExceeded(storage.MaxAccessKeysPerUser)
		}
		key.UserID = user.ID
		err := s.db.CreateIAMAccessKey(ctx, key)
		if fault.Is(err, fault.Conflict) { // or the sealing key was rotated meanwhile: either way versitygw tries another one
			return storage.ErrAccessKeyIDAlreadyExists
		}
		created = &types.AccessKey{
			UserName: user.Name, AccessKeyId: in.AccessKeyID, Status: in.Status,
			SecretAccessKey: in.SecretAccessKey, CreateDate: in.CreateDate,
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return created, nil
}

// UpdateAccessKey makes a key Active or Inactive.
func (s *iamStore) UpdateAccessKey(ctx context.Context, in storage.UpdateAccessKeyInput) error {
	return s.changeKey(ctx, in.UserName, in.AccessKeyID, func() error {
		return s.db.SetIAMAccessKeyStatus(ctx, in.AccessKeyID, in.Status)
	})
}

// DeleteAccessKey deletes a key. Once it has returned, no request that the key
// signed is accepted.
func (s *iamStore) DeleteAccessKey(ctx context.Context, userName, keyID string) error {
	return s.changeKey(ctx, userName, keyID, func() error {
		s.usage.forget(keyID)
		return s.db.DeleteIAMAccessKey(ctx, keyID)
	})
}

// changeKey changes a key of a user; NoSuchEntity when it is not that user's.
func (s *iamStore) changeKey(ctx context.Context, userName, keyID string, act func() error) error {
	return s.change(ctx, userName, func(user models.IAMUser) error {
		if !slices.ContainsFunc(user.AccessKeys, func(key models.IAMAccessKey) bool { return key.ID == keyID }) {
			return iamerr.NoSuchEntityAccessKey(keyID)
		}
		return act()
	})
}

// ListAccessKeys gives a page of a user's keys by id, without secrets.
func (s *iamStore) ListAccessKeys(ctx context.Context, in storage.ListAccessKeysInput) (*storage.ListAccessKeysOutput, error) {
	user, err := s.user(ctx, in.UserName)
	if err != nil {
		return nil, err
	}
	byID := func(key models.IAMAccessKey) string { return key.ID }
	window, next := page(user.AccessKeys, byID, in.Marker, in.MaxItems)
	out := &storage.ListAccessKeysOutput{AccessKeys: []types.AccessKeyMetadata{}, IsTruncated: next != "", Marker: next}
	for _, key := range window {
		out.AccessKeys = append(out.AccessKeys, types.AccessKeyMetadata{
			UserName: user.Name, AccessKeyId: key.ID, Status: key.Status, CreateDate: key.CreatedAt,
		})
	}
	return out, nil
}
