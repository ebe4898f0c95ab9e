package keys

import (
	"context"
	"strings"

	"seaportal/models"
)

// Granted gives the ARNs of the keys that whoever reads a unit's files has to be
// let use: those that files rest under, and the one that new files will. Names
// that are no ARN are another server's, which lets everybody.
func (s *Service) Granted(ctx context.Context, unit models.BusinessUnit) ([]string, error) {
	used, err := s.Store.KeysInUse(ctx, unit.ID)
	if err != nil {
		return nil, err
	}
	current := unit.CustomKeyARN
	if current == "" {
		if current, err = s.known(ctx, unit); err != nil {
			return nil, err
		}
	}
	var arns []string
	add := func(arn string) {
		if strings.HasPrefix(arn, "arn:") {
			arns = append(arns, arn)
		}
	}
	for _, key := range used {
		add(key.ARN)
	}
	add(current)
	return arns, nil
}
