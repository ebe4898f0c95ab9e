package embedded

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/versity/versitygw/auth"
	"github.com/versity/versitygw/iamapi/iamerr"
	"github.com/versity/versitygw/iamapi/policy"
	"github.com/versity/versitygw/iamapi/types"
	"github.com/versity/versitygw/s3err"

	"seaportal/internal/sealed"
)

// identities answers the two questions of every S3 request in the process:
// what does this key sign with, and what may its owner do. versitygw would ask
// its IAM service by HTTP, twice a request, which takes longer than reading a
// small object. Whatever is rare or is not about users still goes there.
type identities struct {
	*auth.IAMServiceStandalone
	users    *iamStore
	operator func() (accessKeyID string, secret sealed.Plain) // nil: there is none
	region   string
}

var (
	_ auth.SigningKeyProvider = (*identities)(nil)
	_ auth.PolicyEvaluator    = (*identities)(nil)
)

const (
	// serviceS3 is what uses of keys are recorded for.
	serviceS3 = "s3"
	active    = "Active"
	// temporary begins the ids of session keys. There are no sessions here.
	temporary = "ASIA"
)

// DeriveSigningKey gives the key that a user's requests of a day are signed
// with: AWS Signature Version 4, "derive a signing key".
func (i *identities) DeriveSigningKey(access, sessionToken, date, region, service string) ([]byte, auth.Account, error) {
	if i.unusual(access, sessionToken) {
		return i.IAMServiceStandalone.DeriveSigningKey(access, sessionToken, date, region, service)
	}
	if secret, ok := i.operates(access); ok {
		return i.users.cache.signing.key(signingOf{secret.Reveal(), date, region, service}), auth.Account{Access: access, Role: auth.RoleAdmin}, nil
	}
	user, secret, err := i.owner(access)
	if err != nil {
		return nil, auth.Account{}, err
	}
	key := i.users.cache.signing.key(signingOf{secret, date, region, service})
	return key, auth.Account{Access: access, Role: auth.RoleUser, Arn: user.Arn}, nil
}

// EvaluatePolicy decides each action on each resource by the user's inline
// policies, and notes the use of the key.
func (i *identities) EvaluatePolicy(access, sessionToken string, actions []auth.Action, resources []string, condition map[string][]string) (auth.PolicyEvaluation, error) {
	if i.unusual(access, sessionToken) {
		return i.IAMServiceStandalone.EvaluatePolicy(access, sessionToken, actions, resources, condition)
	}
	user, _, err := i.owner(access)
	if errors.Is(err, auth.ErrNoSuchUser) { // deleted since the signature was checked
		return auth.PolicyEvaluation{}, s3err.GetInvalidAccessKeyIdErr(access)
	}
	if err != nil {
		return auth.PolicyEvaluation{}, err
	}
	if err := i.users.RecordAccessKeyUsage(context.Background(), access, serviceS3, i.region, time.Now()); err != nil {
		return auth.PolicyEvaluation{}, err
	}
	known := sync.OnceValue(func() map[string][]string { return knownOf(user, condition) })
	out := auth.PolicyEvaluation{PrincipalArn: user.Arn}
	resize(&out.Decisions, len(resources), len(actions))
	for j, action := range actions {
		for r, resource := range resources {
			decide(&out.Decisions[r][j], i.users.cache.excerpts.decide(user, string(action), resource, known))
		}
	}
	return out, nil
}

// operates tells whether a key is the operator's as it is now, and gives its
// secret.
func (i *identities) operates(access string) (sealed.Plain, bool) {
	if i.operator == nil {
		return sealed.Plain{}, false
	}
	id, secret := i.operator()
	return secret, access == id && !secret.Empty()
}

// unusual tells what is not a user's key with nothing else.
func (i *identities) unusual(access, sessionToken string) bool {
	return sessionToken != "" || access == i.BucketOwner().Access || strings.HasPrefix(access, temporary)
}

// owner gives the user of an active key, and its secret. Every other key is one
// that versitygw does not know: auth.ErrNoSuchUser. A database that cannot be
// read proves nothing about a key, and is another error.
func (i *identities) owner(access string) (*types.User, string, error) {
	user, err := i.users.GetUserByAccessKeyID(context.Background(), access)
	if errors.As(err, new(iamerr.Error)) {
		return nil, "", auth.ErrNoSuchUser
	}
	if err != nil {
		return nil, "", err
	}
	at := slices.IndexFunc(user.AccessKeys, func(key types.AccessKeyEntry) bool { return key.AccessKeyId == access })
	if at < 0 || user.AccessKeys[at].Status != active {
		return nil, "", auth.ErrNoSuchUser
	}
	return user, user.AccessKeys[at].SecretAccessKey, nil
}

// aboutCallers begin the condition keys that only the IAM service may fill:
// what a request says under these names is dropped.
var aboutCallers = []string{
	"aws:principal", "aws:username", "aws:userid", "aws:resourcetag/", "iam:resourcetag/", "aws:requesttag/", "aws:tagkeys",
}

// knownOf is what conditions are evaluated against: what the request shows, and
// who makes it.
func knownOf(user *types.User, request map[string][]string) map[string][]string {
	known := maps.Clone(request)
	maps.DeleteFunc(known, func(key string, _ []string) bool {
		lower := strings.ToLower(key)
		return slices.ContainsFunc(aboutCallers, func(begin string) bool { return strings.HasPrefix(lower, begin) })
	})
	if known == nil {
		known = map[string][]string{}
	}
	known["aws:PrincipalArn"] = []string{user.Arn}
	if parts := strings.SplitN(user.Arn, ":", 6); len(parts) == 6 { // arn:aws:iam::account:user/name
		known["aws:PrincipalAccount"] = []string{parts[4]}
	}
	known["aws:PrincipalType"] = []string{"User"}
	known["aws:username"] = []string{user.UserName}
	known["aws:userid"] = []string{user.UserID}
	return known
}

// resize makes a matrix whose cells have a type that versitygw keeps to itself.
func resize[D ~int](matrix *[][]D, rows, columns int) {
	*matrix = make([][]D, rows)
	for i := range *matrix {
		(*matrix)[i] = make([]D, columns)
	}
}

// decide writes a decision into a cell. Both types count no match, allow, deny
// from zero; what is neither of the first two denies.
func decide[D ~int](cell *D, decision policy.Decision) {
	switch decision {
	case policy.DecisionNoMatch:
		*cell = 0
	case policy.DecisionAllow:
		*cell = 1
	case policy.DecisionDeny:
		*cell = 2
	default:
		*cell = 2
	}
}
