package keys

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/kms"
)

// Unasked is the KMS behind an S3 server that uses a key, where nobody answers
// for it: such a key has a name, and nothing is known of it.
type Unasked struct{}

var errUnasked = errors.New("no key service was named")

// CreateKey makes none.
func (Unasked) CreateKey(context.Context, *kms.CreateKeyInput, ...func(*kms.Options)) (*kms.CreateKeyOutput, error) {
	return nil, errUnasked
}

// DescribeKey knows nothing.
func (Unasked) DescribeKey(context.Context, *kms.DescribeKeyInput, ...func(*kms.Options)) (*kms.DescribeKeyOutput, error) {
	return nil, errUnasked
}

// GenerateDataKey makes none.
func (Unasked) GenerateDataKey(context.Context, *kms.GenerateDataKeyInput, ...func(*kms.Options)) (*kms.GenerateDataKeyOutput, error) {
	return nil, errUnasked
}

// Decrypt opens nothing.
func (Unasked) Decrypt(context.Context, *kms.DecryptInput, ...func(*kms.Options)) (*kms.DecryptOutput, error) {
	return nil, errUnasked
}
