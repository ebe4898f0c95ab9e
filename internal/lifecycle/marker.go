package lifecycle

import (
	"context"
	"log/slog"

	"seaportal/internal/objects"
	"seaportal/models"
)

// KeepMarker makes the unit's folder marker, an empty object named like the
// location itself, where the unit wants one, and takes it away where it does
// not: with it, S3 clients can open the location while it is empty. It is no
// file: never counted, never expired. An object of that name that has bytes is
// somebody's, and is left alone.
func (e *Engine) KeepMarker(ctx context.Context, unit models.BusinessUnit) error {
	if !unit.HasLocation() {
		return nil
	}
	if unit.FolderMarker && unit.SEAState == models.SEAEnabled {
		return e.Objects.PutMarker(ctx, *unit.SEABucket, *unit.SEAPrefix)
	}
	found, err := e.Objects.Head(ctx, *unit.SEABucket, *unit.SEAPrefix)
	if objects.ReasonOf(err) == objects.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	if found.Size > 0 {
		e.Log.WarnContext(ctx, "an object with bytes stands where the folder marker does not",
			slog.String("unit", unit.Slug), slog.Int64("bytes", found.Size))
		return nil
	}
	return e.Objects.Delete(ctx, *unit.SEABucket, *unit.SEAPrefix, found.ETag)
}
