package keys

import (
	"context"

	"seaportal/models"
)

// None is for S3 servers that know no keys: what rests there is encrypted as
// the server does it, or not at all.
type None struct{}

// Current names no key.
func (None) Current(context.Context, models.BusinessUnit) (string, error) { return "", nil }
