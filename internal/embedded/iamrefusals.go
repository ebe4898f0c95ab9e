package embedded

import (
	"context"
	"time"

	"github.com/versity/versitygw/iamapi/iamerr"
	"github.com/versity/versitygw/iamapi/storage"
	"github.com/versity/versitygw/iamapi/types"
)

// refusals is the part of IAM that the portal has no use for: roles, OIDC
// providers, sessions and tags. There are none, so reading gives nothing
// (NoSuchEntity, or an empty list), and making one is answered as versitygw
// answers actions that it lacks (InvalidAction). Temporary credentials can thus
// never be had.
type refusals struct{}

// iamVersion is the version of the IAM API that InvalidAction names.
const iamVersion = "2010-05-08"

func refuse(action string) error { return iamerr.InvalidAction(action, iamVersion) }

// TagUser is refused.
func (refusals) TagUser(context.Context, string, []types.Tag) error { return refuse("TagUser") }

// UntagUser is refused.
func (refusals) UntagUser(context.Context, string, []string) error { return refuse("UntagUser") }

// ListUserTags is empty.
func (refusals) ListUserTags(context.Context, storage.ListUserTagsInput) (*storage.ListTagsOutput, error) {
	return &storage.ListTagsOutput{}, nil
}

// CreateRole is refused.
func (refusals) CreateRole(context.Context, types.Role) (*types.Role, error) {
	return nil, refuse("CreateRole")
}

// GetRole knows no role.
func (refusals) GetRole(_ context.Context, name string) (*types.Role, error) {
	return nil, iamerr.NoSuchEntityRole(name)
}

// ListRoles is empty.
func (refusals) ListRoles(context.Context, storage.ListRolesInput) (*storage.ListRolesOutput, error) {
	return &storage.ListRolesOutput{}, nil
}

// DeleteRole knows no role.
func (refusals) DeleteRole(_ context.Context, name string) error {
	return iamerr.NoSuchEntityRole(name)
}

// UpdateAssumeRolePolicy knows no role.
func (refusals) UpdateAssumeRolePolicy(_ context.Context, in storage.UpdateAssumeRolePolicyInput) (*types.Role, error) {
	return nil, iamerr.NoSuchEntityRole(in.RoleName)
}

// RecordRoleUsage knows no role.
func (refusals) RecordRoleUsage(_ context.Context, name, _ string, _ time.Time) error {
	return iamerr.NoSuchEntityRole(name)
}

// TagRole knows no role.
func (refusals) TagRole(_ context.Context, name string, _ []types.Tag) error {
	return iamerr.NoSuchEntityRole(name)
}

// UntagRole knows no role.
func (refusals) UntagRole(_ context.Context, name string, _ []string) error {
	return iamerr.NoSuchEntityRole(name)
}

// ListRoleTags knows no role.
func (refusals) ListRoleTags(_ context.Context, in storage.ListRoleTagsInput) (*storage.ListTagsOutput, error) {
	return nil, iamerr.NoSuchEntityRole(in.RoleName)
}

// PutRolePolicy knows no role.
func (refusals) PutRolePolicy(_ context.Context, in storage.PutRolePolicyInput) error {
	return iamerr.NoSuchEntityRole(in.RoleName)
}

// GetRolePolicy knows no role.
func (refusals) GetRolePolicy(_ context.Context, name, _ string) (*types.PolicyEntry, error) {
	return nil, iamerr.NoSuchEntityRole(name)
}

// DeleteRolePolicy knows no role.
func (refusals) DeleteRolePolicy(_ context.Context, name, _ string) error {
	return iamerr.NoSuchEntityRole(name)
}

// ListRolePolicies knows no role.
func (refusals) ListRolePolicies(_ context.Context, in storage.ListRolePoliciesInput) (*storage.ListRolePoliciesOutput, error) {
	return nil, iamerr.NoSuchEntityRole(in.RoleName)
}

// CreateOIDCProvider is refused.
func (refusals) CreateOIDCProvider(context.Context, types.OIDCProvider) (*types.OIDCProvider, error) {
	return nil, refuse("CreateOpenIDConnectProvider")
}

// GetOIDCProvider knows no provider.
func (refusals) GetOIDCProvider(_ context.Context, arn string) (*types.OIDCProvider, error) {
	return nil, iamerr.NoSuchEntityOIDCProviderGet(arn)
}

// ListOIDCProviders is empty.
func (refusals) ListOIDCProviders(context.Context) (*storage.ListOIDCProvidersOutput, error) {
	return &storage.ListOIDCProvidersOutput{}, nil
}

// DeleteOIDCProvider knows no provider.
func (refusals) DeleteOIDCProvider(_ context.Context, arn string) error {
	return iamerr.NoSuchEntityOIDCProviderDelete(arn)
}

// AddClientIDToOIDCProvider knows no provider.
func (refusals) AddClientIDToOIDCProvider(_ context.Context, arn, _ string) error {
	return iamerr.NoSuchEntityOIDCProviderGet(arn)
}

// RemoveClientIDFromOIDCProvider knows no provider.
func (refusals) RemoveClientIDFromOIDCProvider(_ context.Context, arn, _ string) error {
	return iamerr.NoSuchEntityOIDCProviderGet(arn)
}

// UpdateOIDCProviderThumbprint knows no provider.
func (refusals) UpdateOIDCProviderThumbprint(_ context.Context, arn string, _ []string) error {
	return iamerr.NoSuchEntityOIDCProviderGet(arn)
}

// TagOIDCProvider knows no provider.
func (refusals) TagOIDCProvider(_ context.Context, arn string, _ []types.Tag) error {
	return iamerr.NoSuchEntityOIDCProviderDelete(arn)
}

// UntagOIDCProvider knows no provider.
func (refusals) UntagOIDCProvider(_ context.Context, arn string, _ []string) error {
	return iamerr.NoSuchEntityOIDCProviderDelete(arn)
}

// ListOIDCProviderTags knows no provider.
func (refusals) ListOIDCProviderTags(_ context.Context, in storage.ListOIDCProviderTagsInput) (*storage.ListTagsOutput, error) {
	return nil, iamerr.NoSuchEntityOIDCProviderDelete(in.Arn)
}

// CreateSession is refused.
func (refusals) CreateSession(context.Context, types.Session) (*types.Session, error) {
	return nil, refuse("AssumeRoleWithWebIdentity")
}

// GetSession knows no session.
func (refusals) GetSession(context.Context, string) (*types.Session, error) {
	return nil, storage.ErrSessionNotFound
}
