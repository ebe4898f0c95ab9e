package lifecycle

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"strings"
	"time"
	"unicode/utf8"

	"seaportal/internal/history"
	"seaportal/internal/store"
	"seaportal/models"
)

const (
	maxKey    = 1024 // bytes of a whole key (Amazon S3)
	hashBytes = 10   // hexadecimal digits that end a trimmed name
)

// chooser finds free target keys below a unit's SEA prefix. Keys are chosen in
// the database, so that a second file under an old name gets its suffix before
// S3 is asked.
type chooser struct {
	unit       models.BusinessUnit
	maxSegment int
	now        time.Time
	taken      map[string]bool
}

// newChooser reads which of the plain targets of a batch are taken.
func (e *Engine) newChooser(ctx context.Context, tx *store.Store, unit models.BusinessUnit, rows []models.Placement) (*chooser, error) {
	c := &chooser{unit: unit, maxSegment: e.MaxSegment, now: e.Clock.Now()}
	keys := make([]string, len(rows))
	for i, row := range rows {
		keys[i] = c.candidate(row.Key, 1)
	}
	var err error
	c.taken, err = tx.TakenTargets(ctx, unit.ID, keys, c.now)
	return c, err
}

// choose gives the first free key for a file: its own, else with the suffix
// -2, -3 and so on before the extension.
func (c *chooser) choose(ctx context.Context, tx *store.Store, key string, from int) (string, error) {
	for number := from; ; number++ {
		candidate := c.candidate(key, number)
		if number > 1 && !c.taken[candidate] {
			taken, err := tx.TakenTargets(ctx, c.unit.ID, []string{candidate}, c.now)
			if err != nil {
				return "", err
			}
			c.taken[candidate] = taken[candidate]
		}
		if !c.taken[candidate] {
			c.taken[candidate] = true
			return candidate, nil
		}
	}
}

// candidate is the numbered variant of a key, made to fit.
func (c *chooser) candidate(key string, number int) string {
	prefix := 0
	if c.unit.SEAPrefix != nil {
		prefix = len(*c.unit.SEAPrefix)
	}
	return fitKey(numbered(key, number), maxKey-prefix, c.maxSegment)
}

// numbered puts -N before the extension of a key's last segment.
func numbered(key string, number int) string {
	if number == 1 {
		return key
	}
	folder, name := path.Split(key)
	extension := path.Ext(name)
	if extension == name { // a name like ".profile" is all name
		extension = ""
	}
	return fmt.Sprintf("%s%s-%d%s", folder, strings.TrimSuffix(name, extension), number, extension)
}

// fitKey trims a key that is too long for the server: a segment over
// maxSegment bytes (0: no limit), and the whole over limit bytes, end in a
// short hash of the full key instead, so that two long keys stay apart.
func fitKey(key string, limit, maxSegment int) string {
	if maxSegment > 0 {
		segments := strings.Split(key, "/")
		for i, segment := range segments {
			segments[i] = trim(segment, maxSegment, key)
		}
		if short := strings.Join(segments, "/"); len(short) <= limit {
			return short
		}
	}
	return trim(key, limit, key)
}

func trim(text string, limit int, full string) string {
	if len(text) <= limit {
		return text
	}
	sum := sha256.Sum256([]byte(full))
	cut := limit - hashBytes - 1
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut] + "~" + hex.EncodeToString(sum[:])[:hashBytes]
}

// retarget gives a placement the next free name in the location.
func (e *Engine) retarget(ctx context.Context, unit models.BusinessUnit, o outcome) (outcome, error) {
	err := e.Store.Tx(ctx, func(tx *store.Store) error {
		targets := &chooser{unit: unit, maxSegment: e.MaxSegment, now: e.Clock.Now(), taken: map[string]bool{o.SEAKey: true}}
		stranger := o.SEAKey
		var err error
		if o.SEAKey, err = targets.choose(ctx, tx, o.Key, 2); err != nil {
			return err
		}
		if err := tx.Retarget(ctx, o.Placement); err != nil {
			return err
		}
		return history.Record(ctx, tx, history.Event{
			By: models.System, UnitID: unit.ID, Action: "stranger.found", ObjectKind: "placement", ObjectID: o.ID,
			Summary: "Found an object in SEA that no placement explains: " + stranger,
			Details: map[string]any{"sea_key": stranger},
		})
	})
	return o, err
}
