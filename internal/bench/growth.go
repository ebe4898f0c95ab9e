package bench

import (
	"context"
	"errors"
	"fmt"
	"time"

	"seaportal/internal/objects"
	"seaportal/internal/rule"
)

// scanRounds is how often the scan of an unchanged unit and the bare listing
// take turns.
const scanRounds = 3

// growthSize is how many bytes each file of a growing unit has: what is
// measured is the number of files.
const growthSize = 256

// copySample is how many files at most are copied by a bare loop at each size.
const copySample = 10_000

// Growth is what a unit costs at one number of files. Catalogue and Place are
// of the files that were added last, while the unit grew to Files; Copy is what
// a bare loop took for the last Copied of them; List and Scan are of all files,
// with nothing changed.
type Growth struct {
	Files, Added      int
	Catalogue, Place  time.Duration
	Copied            int
	Copy              time.Duration
	List, Scan        []time.Duration // rounds, neighbours in time
	PlaceRSS, ScanRSS int64           // peak memory of the process in bytes, 0 where unknown
}

// Ratio is how much longer than the bare listing the scan took.
func (g Growth) Ratio() Spread {
	ratios := make([]float64, len(g.List))
	for i := range ratios {
		ratios[i] = g.Scan[i].Seconds() / g.List[i].Seconds()
	}
	return spreadOf(ratios)
}

// Growth lets one unit grow to each of the sizes, ascending, and hands what it
// costs there to each. It leaves nothing behind on a
// server that stays.
func (r Rig) Growth(ctx context.Context, sizes []int, inFlight int, each func(Growth) error) error {
	u, err := r.newUnit(ctx)
	if err != nil {
		return err
	}
	for _, size := range sizes {
		if size <= u.files {
			return fmt.Errorf("sizes ascend: %d after %d", size, u.files)
		}
		point, err := u.grow(ctx, size, inFlight)
		if err != nil {
			return errors.Join(fmt.Errorf("at %d files: %w", size, err), u.leave(ctx))
		}
		if err := each(point); err != nil {
			return errors.Join(err, u.leave(ctx))
		}
	}
	return u.leave(ctx)
}

// leave takes the unit's objects away, unless they go with the server.
func (u *unit) leave(ctx context.Context) error {
	if u.Passing {
		return nil
	}
	return u.clear(ctx)
}

// grow adds files up to a size and measures.
func (u *unit) grow(ctx context.Context, size, inFlight int) (Growth, error) {
	point := Growth{Files: size, Added: size - u.files}
	if err := u.add(ctx, rule.Copy, point.Added, growthSize); err != nil {
		return point, err
	}
	engine := u.engine(inFlight)
	var err error
	point.Catalogue, err = timed(func() error {
		_, err := engine.RunUnit(ctx, u.ID)
		return err
	})
	if err != nil {
		return point, err
	}
	point.PlaceRSS, err = peak(func() error {
		var err error
		point.Place, err = u.place(ctx, rule.Copy, inFlight, point.Added)
		return err
	})
	if err != nil {
		return point, err
	}
	point.Copied = min(point.Added, copySample)
	point.Copy, err = timed(func() error {
		return u.copyAll(ctx, rule.Copy, inFlight, u.files-point.Copied, u.files, u.ActivePrefix, u.barePrefix()+"to/")
	})
	if err != nil {
		return point, err
	}
	return point, u.unchanged(ctx, inFlight, &point)
}

// unchanged measures the bare listing and the scan, in turns.
func (u *unit) unchanged(ctx context.Context, inFlight int, point *Growth) error {
	for range scanRounds {
		seen := 0
		took, err := timed(func() error {
			return objects.New(u.S3).List(ctx, u.Bucket, u.ActivePrefix, func(objects.Object) error {
				seen++
				return nil
			})
		})
		if err != nil {
			return err
		}
		point.List = append(point.List, took)
		memory, err := peak(func() error {
			took, err = timed(func() error {
				report, err := u.engine(inFlight).RunUnit(ctx, u.ID)
				if err == nil && (report.Listed != seen || report.New+report.Gone+report.Placed != 0) {
					err = fmt.Errorf("a scan of %d unchanged files reported %+v", seen, report)
				}
				return err
			})
			return err
		})
		if err != nil {
			return err
		}
		point.Scan = append(point.Scan, took)
		point.ScanRSS = max(point.ScanRSS, memory)
	}
	return nil
}
