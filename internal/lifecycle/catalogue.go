package lifecycle

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"seaportal/internal/objects"
	"seaportal/internal/rule"
	"seaportal/internal/store"
	"seaportal/models"
)

// observed counts what a look at some keys changed, and how many keys it passed
// over: first is the first of these, and refused what S3 answered to it.
type observed struct {
	seen, gone, skipped int
	first               string
	refused             error
}

// looked is what a look at one key gave: the file, nil where nothing stands
// there, or that S3 refused to tell.
type looked struct {
	file    *models.File
	refused error
}

// observeKeys looks at keys of active storage and catalogues what stands
// there now: an object becomes, or stays, a current file; where there is none
// the file is gone. What S3 refuses to tell of one key is not held against the
// others: that key is passed over and stays what it was. The unit's catalogue is
// locked from the look to the record, so that the later look always wins.
func (e *Engine) observeKeys(ctx context.Context, unit models.BusinessUnit, keys []string) (observed, error) {
	if len(keys) == 0 {
		return observed{}, nil
	}
	release, err := e.catalogue.acquire(ctx, unit.ID)
	if err != nil {
		return observed{}, err
	}
	defer release()
	found := make([]looked, len(keys))
	group, looking := errgroup.WithContext(ctx)
	group.SetLimit(e.Concurrency)
	for i, key := range keys {
		group.Go(func() error {
			file, err := e.look(looking, unit, key)
			if reason := objects.ReasonOf(err); reason == objects.Denied || reason == objects.Refused {
				found[i].refused = err
				return nil
			}
			found[i].file = file
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return observed{}, err
	}
	return e.recordSeen(ctx, unit, keys, found)
}

// look asks S3 for one key; nil means that nothing stands there.
func (e *Engine) look(ctx context.Context, unit models.BusinessUnit, key string) (*models.File, error) {
	head, err := e.Objects.Head(ctx, unit.ActiveBucket, unit.ActivePrefix+key)
	if objects.ReasonOf(err) == objects.NotFound {
		return nil, nil //nolint:nilnil // absence is the answer here, not a failure
	}
	if err != nil {
		return nil, err
	}
	media, attributes, err := attributesOf(unit, key, head)
	if err != nil {
		return nil, err
	}
	headers, err := json.Marshal(head.Header)
	if err != nil {
		return nil, fmt.Errorf("encode headers of %q: %w", key, err)
	}
	return &models.File{
		UnitID: unit.ID, Key: key, ETag: head.ETag, Size: head.Size, StorageClass: head.StorageClass,
		Checksum: string(head.Checksum), MediaType: string(media), Attributes: attributes,
		Headers: string(headers), LastModified: head.LastModified,
	}, nil
}

// attributesOf reads what rules match on: from the key where the unit has a
// template that fits it, else from the object's metadata.
func attributesOf(unit models.BusinessUnit, key string, head objects.Head) (rule.MediaType, string, error) {
	media, attributes := rule.ReadMetadata(head.Metadata)
	if unit.KeyTemplate != "" {
		if template, err := rule.ParseTemplate(unit.KeyTemplate); err == nil {
			if kind, named, fits := template.Read(key); fits {
				media, attributes = kind, named
			}
		}
	}
	text, err := json.Marshal(attributes)
	if err != nil {
		return "", "", fmt.Errorf("encode attributes of %q: %w", key, err)
	}
	return media, string(text), nil
}

// recordSeen catalogues the answers in one transaction.
func (e *Engine) recordSeen(ctx context.Context, unit models.BusinessUnit, keys []string, found []looked) (observed, error) {
	now := time.Now().UTC().Truncate(time.Microsecond)
	var result observed
	var seen []models.File
	var absent []string
	for i, at := range found {
		switch {
		case at.refused != nil:
			result.pass(observed{skipped: 1, first: keys[i], refused: at.refused})
		case at.file == nil:
			absent = append(absent, keys[i])
		default:
			at.file.FirstSeen = now
			seen = append(seen, *at.file)
		}
	}
	result.seen = len(seen)
	err := e.Store.Tx(ctx, func(tx *store.Store) error {
		if len(seen) > 0 {
			if err := tx.SaveSeen(ctx, unit.ID, seen, now); err != nil {
				return err
			}
		}
		if len(absent) == 0 {
			return nil
		}
		files, err := tx.CurrentFilesByKey(ctx, unit.ID, absent)
		if err != nil {
			return err
		}
		result.gone = len(files)
		return tx.MarkGone(ctx, unit.ID, fileIDs(files), now)
	})
	return result, err
}

// pass adds keys that were passed over.
func (o *observed) pass(more observed) {
	o.skipped += more.skipped
	if o.refused == nil {
		o.first, o.refused = more.first, more.refused
	}
}

// problem says which key was the first that was passed over, and why; empty where
// none was.
func (o *observed) problem() string {
	if o.refused == nil {
		return ""
	}
	return o.first + ": " + objects.Explain(o.refused)
}

func fileIDs(files []models.File) []int64 {
	ids := make([]int64, len(files))
	for i, file := range files {
		ids[i] = file.ID
	}
	return ids
}
