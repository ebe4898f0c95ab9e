package lifecycle

import (
	"context"
	"log/slog"

	"seaportal/internal/rule"
	"seaportal/internal/rulebook"
	"seaportal/models"
)

// book is a unit's rules that are on, made ready to match.
type book struct {
	rules    []models.Rule
	matchers []*rule.Matcher
	byRule   map[*rule.Matcher]models.Rule
}

// rules reads the unit's rules that are on and have started. A rule that
// cannot be read takes no files and is logged; the others go on.
func (e *Engine) rules(ctx context.Context, unit models.BusinessUnit) (book, error) {
	all, err := e.Store.Rules(ctx, unit.ID)
	if err != nil {
		return book{}, err
	}
	b := book{byRule: make(map[*rule.Matcher]models.Rule)}
	for _, candidate := range all {
		matcher, err := compile(candidate)
		if err != nil {
			e.Log.ErrorContext(ctx, "rule cannot be read", slog.Int64("rule", candidate.ID), slog.Any("error", err))
			continue
		}
		if !matcher.Active(e.Clock.Now()) {
			continue
		}
		b.rules = append(b.rules, candidate)
		b.matchers = append(b.matchers, matcher)
		b.byRule[matcher] = candidate
	}
	return b, nil
}

func compile(r models.Rule) (*rule.Matcher, error) {
	definition, err := rulebook.Definition(r)
	if err != nil {
		return nil, err
	}
	return rule.Compile(definition)
}
