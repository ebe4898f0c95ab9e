package lifecycle

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"slices"

	"seaportal/internal/rule"
	"seaportal/internal/rulebook"
	"seaportal/internal/store"
	"seaportal/models"
)

// errRulesChanged says that a unit's rules are no longer those of the book.
var errRulesChanged = errors.New("the rules changed meanwhile")

// book is a unit's rules that are on, made ready to match.
type book struct {
	rules    []models.Rule
	matchers []*rule.Matcher
	byRule   map[*rule.Matcher]models.Rule
}

// rules reads the unit's rules that are on and have started. A rule that
// cannot be read takes no files and is logged; the others go on.
func (e *Engine) rules(ctx context.Context, s *store.Store, unit models.BusinessUnit) (book, error) {
	all, err := s.Rules(ctx, unit.ID)
	if err != nil {
		return book{}, err
	}
	// Where a daily limit makes them compete, they go in the order that people see.
	slices.SortStableFunc(all, func(a, b models.Rule) int {
		return cmp.Compare(mediaRank(a), mediaRank(b))
	})
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

// mediaRank is the place of a rule's media type among all.
func mediaRank(r models.Rule) int {
	return slices.Index(rule.MediaTypes(), rule.MediaType(r.MediaType))
}

// unchanged returns errRulesChanged unless the unit's rules are still those
// whose fingerprint is given: what is claimed or begun for a rule that was
// paused, edited or deleted cannot be taken back.
func (e *Engine) unchanged(ctx context.Context, tx *store.Store, unit models.BusinessUnit, fingerprint int64) error {
	now, err := e.rules(ctx, tx, unit)
	if err == nil && now.fingerprint() != fingerprint {
		err = errRulesChanged
	}
	return err
}

func compile(r models.Rule) (*rule.Matcher, error) {
	definition, err := rulebook.Definition(r)
	if err != nil {
		return nil, err
	}
	return rule.Compile(definition)
}

// placing is the part of the book whose rules put files in SEA.
func (b book) placing() book {
	part := book{byRule: b.byRule}
	for i, r := range b.rules {
		if b.matchers[i].Definition().Action.Places() {
			part.rules, part.matchers = append(part.rules, r), append(part.matchers, b.matchers[i])
		}
	}
	return part
}

// fingerprint tells books apart: by which rules are on, and their versions.
func (b book) fingerprint() int64 {
	hash := fnv.New64a()
	for _, r := range b.rules {
		_, _ = fmt.Fprintf(hash, "%d:%d;", r.ID, r.Version)
	}
	return int64(hash.Sum64() >> 1) // the shift makes it fit
}
