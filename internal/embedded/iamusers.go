package embedded

import (
	"context"
	"strings"

	"github.com/versity/versitygw/iamapi/iamerr"
	"github.com/versity/versitygw/iamapi/storage"
	"github.com/versity/versitygw/iamapi/types"

	"seaportal/internal/fault"
	"seaportal/models"
)

// CreateUser makes a user; EntityAlreadyExists when the name is taken.
func (s *iamStore) CreateUser(ctx context.Context, user types.User) (*types.User, error) {
	if len(user.Tags) > 0 {
		return nil, iamerr.UnsupportedParameter("Tags")
	}
	s.turn.Lock()
	defer s.turn.Unlock()
	_, err := s.db.IAMUser(ctx, folded(user.UserName))
	switch {
	case err == nil:
		return nil, iamerr.EntityAlreadyExistsUser(user.UserName)
	case !fault.Is(err, fault.NotFound):
		return nil, err
	}
	err = s.db.CreateIAMUser(ctx, models.IAMUser{
		ID: user.UserID, Name: user.UserName, FoldedName: folded(user.UserName),
		Path: user.Path, ARN: user.Arn, CreatedAt: user.CreateDate,
	})
	if fault.Is(err, fault.Conflict) { // the name is free, so it is the random id
		return nil, storage.ErrUserIDAlreadyExists
	}
	if err != nil {
		return nil, err
	}
	return &user, nil
}

// DeleteUser deletes a user; DeleteConflict while it has policies or keys.
func (s *iamStore) DeleteUser(ctx context.Context, name string) error {
	return s.change(ctx, name, func(user models.IAMUser) error {
		if len(user.Policies) > 0 {
			return iamerr.GetAPIError(iamerr.ErrDeleteConflictPolicies)
		}
		if len(user.AccessKeys) > 0 {
			return iamerr.GetAPIError(iamerr.ErrDeleteConflict)
		}
		return s.db.DeleteIAMUser(ctx, user.ID)
	})
}

// GetUser gives a user by name.
func (s *iamStore) GetUser(ctx context.Context, name string) (*types.User, error) {
	user, err := s.user(ctx, name)
	if err != nil {
		return nil, err
	}
	return s.wholeUser(ctx, user)
}

// ListUsers gives a page of users by name, below a path.
func (s *iamStore) ListUsers(ctx context.Context, in storage.ListUsersInput) (*storage.ListUsersOutput, error) {
	all, err := s.db.IAMUsers(ctx)
	if err != nil {
		return nil, err
	}
	var below []models.IAMUser
	for _, user := range all {
		if strings.HasPrefix(user.Path, in.PathPrefix) {
			below = append(below, user)
		}
	}
	byName := func(user models.IAMUser) string { return user.FoldedName }
	window, next := page(below, byName, folded(in.Marker), in.MaxItems)
	out := &storage.ListUsersOutput{Users: []types.User{}, IsTruncated: next != "", Marker: next}
	for _, user := range window {
		out.Users = append(out.Users, plainUser(user))
	}
	return out, nil
}

// UpdateUser renames or moves a user; its keys and policies stay.
func (s *iamStore) UpdateUser(ctx context.Context, in storage.UpdateUserInput) (updated *types.User, err error) {
	err = s.change(ctx, in.UserName, func(user models.IAMUser) error {
		if in.NewUserName != "" {
			if err := s.free(ctx, in.NewUserName, user.ID); err != nil {
				return err
			}
			user.Name, user.FoldedName = in.NewUserName, folded(in.NewUserName)
		}
		if in.NewPath != "" {
			user.Path = in.NewPath
		}
		if in.NewArn != "" {
			user.ARN = in.NewArn
		}
		if err := s.db.UpdateIAMUser(ctx, user); err != nil {
			return err
		}
		updated, err = s.wholeUser(ctx, user)
		return err
	})
	return updated, err
}

// free fails with EntityAlreadyExists when a user other than id has the name.
func (s *iamStore) free(ctx context.Context, name, id string) error {
	holder, err := s.db.IAMUser(ctx, folded(name))
	if fault.Is(err, fault.NotFound) || (err == nil && holder.ID == id) {
		return nil
	}
	if err != nil {
		return err
	}
	return iamerr.EntityAlreadyExistsUser(name)
}
