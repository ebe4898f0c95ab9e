package keys

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/kms"

	"seaportal/internal/store"
)

// API are the calls of KMS that the portal makes. A *kms.Client has them, and
// so has Local.
type API interface {
	CreateKey(ctx context.Context, in *kms.CreateKeyInput, opts ...func(*kms.Options)) (*kms.CreateKeyOutput, error)
	DescribeKey(ctx context.Context, in *kms.DescribeKeyInput, opts ...func(*kms.Options)) (*kms.DescribeKeyOutput, error)
	GenerateDataKey(ctx context.Context, in *kms.GenerateDataKeyInput, opts ...func(*kms.Options)) (*kms.GenerateDataKeyOutput, error)
	Decrypt(ctx context.Context, in *kms.DecryptInput, opts ...func(*kms.Options)) (*kms.DecryptOutput, error)
}

// Keeper is whoever keeps keys on behalf of the portal, as Local does. AWS's are
// kept by people with rights of their own there.
type Keeper interface {
	// Import takes the 32 bytes of a key that was made elsewhere, and gives its
	// ARN. Invalid beside `material` when they are not 32.
	Import(ctx context.Context, material []byte, description string) (arn string, err error)
	// Switch enables or disables a key, and does the rest in the same
	// transaction. When it has returned, a disabled key opens nothing.
	Switch(ctx context.Context, arn string, on bool, rest func(tx *store.Store) error) error
}
