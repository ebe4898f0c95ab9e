package bench

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"seaportal/internal/rule"
)

// Load says what to place.
type Load struct {
	Files    int
	Size     int64 // bytes of each file
	InFlight []int // S3 requests at a time
	Actions  []rule.Action
	Rounds   int // of the engine and of the bare loop each
}

// Placing is one line of the comparison: how long each round took. Bare[i] and
// Engine[i] are neighbours in time.
type Placing struct {
	Action   rule.Action
	InFlight int
	Files    int
	Bare     []time.Duration // a loop of CopyObject; of DeleteObject too for a move
	Engine   []time.Duration // claims, ledger and history included; the scan is not
}

// Ratio is how many files the engine placed in the time of one by the bare
// loop.
func (p Placing) Ratio() Spread {
	ratios := make([]float64, len(p.Bare))
	for i := range ratios {
		ratios[i] = p.Bare[i].Seconds() / p.Engine[i].Seconds()
	}
	return spreadOf(ratios)
}

// Placing measures each combination and hands it to each as it is done. Every
// round has files of its own, which are taken away after the last one.
func (r Rig) Placing(ctx context.Context, load Load, each func(Placing) error) error {
	u, err := r.newUnit(ctx)
	if err != nil {
		return err
	}
	for _, action := range load.Actions {
		for _, inFlight := range load.InFlight {
			result, err := u.compare(ctx, load, action, inFlight)
			if err != nil {
				return fmt.Errorf("%s with %d in flight: %w", action, inFlight, err)
			}
			if err := each(result); err != nil {
				return err
			}
		}
	}
	return nil
}

// compare runs the rounds of one combination. Who begins changes every round.
// Nothing is cleared in between: ext4 does not use the inodes of files again
// that were deleted in the last minute, and finding others would cost whoever
// comes next.
func (u *unit) compare(ctx context.Context, load Load, action rule.Action, inFlight int) (Placing, error) {
	result, err := u.rounds(ctx, load, action, inFlight)
	return result, errors.Join(err, u.clear(ctx))
}

func (u *unit) rounds(ctx context.Context, load Load, action rule.Action, inFlight int) (Placing, error) {
	result := Placing{Action: action, InFlight: inFlight, Files: load.Files}
	for round := range load.Rounds {
		sides := []func() error{
			func() error {
				took, err := u.bare(ctx, load, action, inFlight, round*load.Files)
				result.Bare = append(result.Bare, took)
				return err
			},
			func() error {
				took, err := u.placed(ctx, load, action, inFlight)
				result.Engine = append(result.Engine, took)
				return err
			},
		}
		for i := range sides {
			if err := sides[(i+round)%len(sides)](); err != nil {
				return result, err
			}
		}
	}
	return result, nil
}

// bare copies, and for a move deletes, as many objects as a round has, numbered
// from first, in the plainest way there is.
func (u *unit) bare(ctx context.Context, load Load, action rule.Action, inFlight, first int) (time.Duration, error) {
	from, to, end := u.barePrefix()+"from/", u.barePrefix()+"to/", first+load.Files
	if err := u.put(ctx, first, end, load.Size, string(media[action]), func(i int) string { return name(from, i) }); err != nil {
		return 0, err
	}
	return timed(func() error { return u.copyAll(ctx, action, inFlight, first, end, from, to) })
}

// copyAll copies the objects of a range of numbers from one prefix to another,
// and for a move deletes each.
func (u *unit) copyAll(ctx context.Context, action rule.Action, inFlight, first, end int, from, to string) error {
	return spread(ctx, inFlight, first, end, func(ctx context.Context, i int) error {
		source := name(from, i)
		_, err := u.S3.CopyObject(ctx, &s3.CopyObjectInput{
			Bucket: &u.Bucket, Key: aws.String(name(to, i)), CopySource: aws.String(u.Bucket + "/" + source),
		})
		if err != nil || action != rule.Move {
			return err
		}
		_, err = u.S3.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &u.Bucket, Key: &source})
		return err
	})
}

// errMissed says that a round did not do all of its work, so that its time
// says nothing.
var errMissed = errors.New("the engine did not place every file")

// placed lets the engine claim and place files that it has catalogued before.
func (u *unit) placed(ctx context.Context, load Load, action rule.Action, inFlight int) (time.Duration, error) {
	if err := u.fill(ctx, action, load.Files, load.Size); err != nil {
		return 0, err
	}
	return u.place(ctx, action, inFlight, load.Files)
}

// fill stores more files and catalogues them while no rule is on.
func (u *unit) fill(ctx context.Context, action rule.Action, files int, size int64) error {
	if err := u.add(ctx, action, files, size); err != nil {
		return err
	}
	_, err := u.engine(helpers).RunUnit(ctx, u.ID)
	return err
}

// place turns the rule on until everything is placed, and counts.
func (u *unit) place(ctx context.Context, action rule.Action, inFlight, files int) (time.Duration, error) {
	before, err := u.countPlaced(ctx)
	if err != nil {
		return 0, err
	}
	if err := u.turn(ctx, action, true); err != nil {
		return 0, err
	}
	engine := u.engine(inFlight)
	took, err := timed(func() error { return engine.PlaceAll(ctx) })
	if err != nil {
		return took, err
	}
	after, err := u.countPlaced(ctx)
	if err == nil && after-before != int64(files) {
		err = fmt.Errorf("%d of %d: %w", after-before, files, errMissed)
	}
	return took, errors.Join(err, u.turn(ctx, action, false))
}
