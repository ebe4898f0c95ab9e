package lifecycle

import (
	"context"
	"log/slog"
	"time"

	"seaportal/models"
)

// markTime bounds the wait for S3 after a hold was set or ended.
const markTime = 5 * time.Second

// markExpiry tells S3's own expiry whether it may delete a placed file. The hold
// itself stands in the database already. What S3 does not take over now, each
// reconciliation tries again: there are days until it counts. A file that was
// released and is not marked again is deleted by the portal alone.
func (e *Engine) markExpiry(ctx context.Context, unit models.BusinessUnit, p models.Placement, expire bool) {
	if !e.Backstop {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), markTime)
	defer cancel()
	marked, err := e.Objects.TagExpiry(ctx, *unit.SEABucket, *unit.SEAPrefix+p.SEAKey, expire)
	if err != nil {
		e.Log.WarnContext(ctx, "expiry by S3 not changed yet", slog.Int64("placement", p.ID), slog.Bool("expire", expire), slog.Any("error", err))
	} else if !marked {
		e.Log.InfoContext(ctx, "no room for the tag of expiry by S3", slog.Int64("placement", p.ID))
	}
}
