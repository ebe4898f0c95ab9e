package rulebook

import (
	"context"
	"fmt"

	"seaportal/internal/fault"
	"seaportal/internal/rule"
	"seaportal/internal/store"
	"seaportal/models"
)

// maxLive is how many rules that are not deleted a media type may have in one
// unit: one for each priority.
const maxLive = rule.MaxPriority - rule.MinPriority + 1

// untaken checks what only the other rules of the unit can tell: that nobody
// has the name or the priority, and that there is room for one more rule. It
// returns fault.Invalid naming the rule that is in the way.
func untaken(ctx context.Context, s *store.Store, row models.Rule) error {
	if row.State == models.RuleDeleted {
		return nil
	}
	rules, err := s.Rules(ctx, row.UnitID)
	if err != nil {
		return err
	}
	var (
		found []fault.Field
		peers int
	)
	for _, other := range rules {
		if other.ID == row.ID {
			continue
		}
		if other.NameFold == row.NameFold {
			found = append(found, fault.Field{
				Name: "name", Msg: fmt.Sprintf("The rule “%s” has this name. Choose another.", other.Name),
			})
		}
		if other.MediaType != row.MediaType {
			continue
		}
		peers++
		if other.Priority == row.Priority {
			found = append(found, fault.Field{
				Name: "priority", Msg: fmt.Sprintf("The rule “%s” has priority P%d. Choose another.", other.Name, row.Priority),
			})
		}
	}
	if peers >= maxLive {
		found = append(found, fault.Field{
			Name: "media_type", Msg: "This media type has ten rules, which is the most. Delete one first.",
		})
	}
	return fault.BadInput(found...)
}
