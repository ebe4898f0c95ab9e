package bench

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"

	"seaportal/internal/clock"
	"seaportal/internal/rule"
	"seaportal/internal/rulebook"
	"seaportal/models"
)

// media is which media type the files of each action have, so that both rules
// stand in one unit.
var media = map[rule.Action]rule.MediaType{rule.Copy: rule.CallRecording, rule.Move: rule.ChatTranscript}

// unit is a business unit of its own with a rule for each action. The rules
// are drafts until a round turns one on.
type unit struct {
	models.BusinessUnit
	Rig
	book  *rulebook.Service
	rules map[rule.Action]int64
	files int // that were stored so far, also those that are gone
}

// newUnit makes a unit, its files below the one prefix and its location below
// the other.
func (r Rig) newUnit(ctx context.Context) (*unit, error) {
	slug := "bench-" + strings.ToLower(rand.Text()[:10])
	location := "sea/" + slug + "/"
	u := &unit{Rig: r, book: &rulebook.Service{Store: r.Store, Clock: clock.Real}, rules: make(map[rule.Action]int64)}
	u.BusinessUnit = models.BusinessUnit{
		Slug: slug, Name: slug, Region: "bench", ActiveBucket: r.Bucket, ActivePrefix: "active/" + slug + "/",
		StorageKind: models.StorageSystem, SEAState: models.SEAEnabled, SEABucket: &r.Bucket, SEAPrefix: &location,
		RetentionDays: models.RetentionDays,
	}
	if err := r.Store.CreateUnit(ctx, &u.BusinessUnit); err != nil {
		return nil, err
	}
	for action, kind := range media {
		made, err := u.book.Create(ctx, models.System, u.BusinessUnit, rule.Definition{
			Name: string(action), StartDate: rule.Day(clock.Real.Now()), MediaType: kind,
			Priority: rule.MinPriority, Action: action, State: rule.Draft,
		})
		if err != nil {
			return nil, err
		}
		u.rules[action] = made.ID
	}
	return u, nil
}

// turn turns the rule of an action on or off.
func (u *unit) turn(ctx context.Context, action rule.Action, on bool) error {
	change := u.book.Pause
	if on {
		change = u.book.Resume
	}
	_, err := change(ctx, models.System, u.BusinessUnit, u.rules[action])
	return err
}

// add stores more files, under names that were never used.
func (u *unit) add(ctx context.Context, action rule.Action, files int, size int64) error {
	from := u.files
	u.files += files
	return u.put(ctx, from, u.files, size, string(media[action]), func(i int) string { return name(u.ActivePrefix, i) })
}

// name is the key of a file below a prefix: a hundred folders.
func name(prefix string, i int) string { return fmt.Sprintf("%s%02d/%07d.wav", prefix, i%100, i) }

// barePrefix is where the bare loop of this unit works.
func (u *unit) barePrefix() string { return "bare/" + u.Slug + "/" }

// clear deletes the unit's objects, and those of the bare loop.
func (u *unit) clear(ctx context.Context) error {
	for _, prefix := range []string{u.ActivePrefix, *u.SEAPrefix, u.barePrefix()} {
		if err := u.Rig.clear(ctx, prefix); err != nil {
			return err
		}
	}
	return nil
}
