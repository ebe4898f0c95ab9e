package keys

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"

	"seaportal/internal/fault"
	"seaportal/internal/history"
	"seaportal/internal/store"
	"seaportal/models"
)

// Choice is how an administrator wants files encrypted from now on.
type Choice struct {
	// Use is `system`, `arn` (ARN names the key), `new` (a key is made) or
	// `import` (Material is one, 32 bytes in base64).
	Use      string
	ARN      string
	Material string
}

const (
	useSystem = "system"
	useARN    = "arn"
	useNew    = "new"
	useImport = "import"

	maxARN = 2048 // characters, AWS's limit of a key's ARN
)

// Choose sets the key that a unit's files are encrypted with from now on. What
// is in SEA stays under the key that it was placed with. version is that of the
// unit as the person saw it.
//
// Faults: Invalid beside `use`, `arn` or `material`, as Ungranted where rights on
// the key are missing; Conflict when somebody else
// changed the unit since; Unavailable when KMS did not do its part.
func (s *Service) Choose(ctx context.Context, by models.Actor, unit models.BusinessUnit, version int64, choice Choice) error {
	if unit.LockVersion != version {
		return stale(nil)
	}
	if s.KMS == nil {
		return fault.New(fault.Conflict, "This S3 server knows no keys.")
	}
	arn, err := s.resolve(ctx, unit, choice)
	if err != nil {
		return err
	}
	if err := s.permit(ctx, unit, arn); err != nil {
		return err
	}
	err = s.Store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.SetCustomKey(ctx, unit.ID, version, arn); err != nil {
			return err
		}
		summary := "Encrypts new files with the custom key " + arn
		if arn == "" {
			summary = "Encrypts new files with the system-generated key"
		}
		return history.Record(ctx, tx, history.Event{
			By: by, UnitID: unit.ID, Action: "business_unit.key_changed", ObjectKind: "business_unit", ObjectID: unit.ID,
			Summary: summary, Details: map[string]any{"key": arn, "before": unit.CustomKeyARN, "how": choice.Use},
		})
	})
	if errors.Is(err, store.ErrStale) {
		return stale(err)
	}
	return err
}

// permit opens a key to whoever reads the unit's files: the custom one, or else
// the system-generated one.
func (s *Service) permit(ctx context.Context, unit models.BusinessUnit, arn string) (err error) {
	if s.Permit == nil {
		return nil
	}
	if arn == "" {
		if arn, err = s.System(ctx, unit); err != nil {
			return err
		}
	}
	return s.Permit(ctx, unit, arn)
}

func stale(err error) error {
	return fault.Wrap(fault.Conflict, err, "Somebody else changed this business unit meanwhile. Open its settings again.")
}

// resolve gives the custom key of a choice, empty for the system-generated one.
func (s *Service) resolve(ctx context.Context, unit models.BusinessUnit, choice Choice) (string, error) {
	description := "SEA: custom key of " + unit.Slug
	switch {
	case choice.Use == useSystem:
		_, err := s.System(ctx, unit)
		return "", err
	case choice.Use == useARN:
		return s.usable(ctx, strings.TrimSpace(choice.ARN))
	case choice.Use == useNew && s.Keeper != nil:
		made, err := s.KMS.CreateKey(ctx, &kms.CreateKeyInput{Description: &description})
		if err != nil {
			return "", fault.Wrap(fault.Unavailable, err, "The key service did not make a key. Try again in a minute.")
		}
		return aws.ToString(made.KeyMetadata.Arn), nil
	case choice.Use == useImport && s.Keeper != nil:
		material, err := base64.StdEncoding.DecodeString(strings.TrimSpace(choice.Material))
		if err != nil {
			return "", fault.BadInput(fault.Field{Name: "material", Msg: "This is no base64: paste the 44 characters that encode the 32 bytes of the key."})
		}
		return s.Keeper.Import(ctx, material, description)
	}
	return "", fault.BadInput(fault.Field{Name: "use", Msg: "Choose one of the keys."})
}

// Switch disables a key, or enables it again, for every unit that uses it. The
// key must be one that the unit's files rest under, or are to.
//
// Faults: NotFound for any other key; Conflict where keys are not kept here.
func (s *Service) Switch(ctx context.Context, by models.Actor, unit models.BusinessUnit, arn string, on bool) error {
	over, err := s.Overview(ctx, unit)
	if err != nil {
		return err
	}
	known := func(key Key) bool { return key.ARN == arn }
	if over.Current.ARN != arn && !slices.ContainsFunc(over.Others, known) {
		return fault.New(fault.NotFound, "This business unit uses no such key.")
	}
	if s.Keeper == nil {
		return fault.New(fault.Conflict, "The portal does not keep this key. Disable or enable it in KMS.")
	}
	action, summary := "key.disabled", "Disabled the key "+arn+": files that rest under it cannot be read"
	if on {
		action, summary = "key.enabled", "Enabled the key "+arn
	}
	return s.Keeper.Switch(ctx, arn, on, func(tx *store.Store) error {
		return history.Record(ctx, tx, history.Event{
			By: by, UnitID: unit.ID, Action: action, ObjectKind: "business_unit", ObjectID: unit.ID,
			Summary: summary, Details: map[string]any{"key": arn},
		})
	})
}

// reason is KMS's own word for a refusal.
func reason(err error) string {
	var answer interface{ ErrorCode() string }
	if errors.As(err, &answer) {
		return answer.ErrorCode()
	}
	return "no answer"
}

func byARN(keys map[string]*Key) []Key {
	all := make([]Key, 0, len(keys))
	for key := range maps.Values(keys) {
		all = append(all, *key)
	}
	slices.SortFunc(all, func(a, b Key) int { return cmp.Compare(a.ARN, b.ARN) })
	return all
}
