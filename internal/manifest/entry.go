package manifest

import (
	"encoding/base64"
	"strings"
	"time"
	"unicode/utf8"

	"seaportal/internal/objects"
	"seaportal/models"
)

// entry is one file of a manifest. Path is where the file lies below the unit's
// location, and so below the directory that it is fetched into; Key its name in
// active storage. A name that is no UTF-8, which JSON cannot write, stands in
// base64 in the other field. Checksum is hexadecimal.
type entry struct {
	Path       string     `json:"path,omitempty"`
	Path64     string     `json:"path_base64,omitempty"`
	Key        string     `json:"key,omitempty"`
	Key64      string     `json:"key_base64,omitempty"`
	Size       int64      `json:"size"`
	Algorithm  string     `json:"algorithm,omitempty"`
	Checksum   string     `json:"checksum,omitempty"`
	Rule       ruleOf     `json:"rule"`
	Action     string     `json:"action"`
	State      string     `json:"state"`
	PlacedAt   *time.Time `json:"placed_at"`
	ExpiresAt  *time.Time `json:"expires_at"`
	RemovedAt  *time.Time `json:"removed_at,omitempty"`
	Downloaded int64      `json:"downloads"`
}

// ruleOf is the rule that placed a file, in the version that was current then.
type ruleOf struct {
	ID      int64  `json:"id"`
	Name    string `json:"name"`
	Version int    `json:"version"`
}

func (m *Manifest) entry(p models.Placement) entry {
	sum := objects.Checksum(p.Checksum)
	e := entry{
		Size: p.Size, Algorithm: sum.Algorithm(), Checksum: sum.Hex(),
		Rule: ruleOf{ID: p.RuleID, Name: text(m.rules[p.RuleID]), Version: p.RuleVersion}, Action: p.Action, State: string(p.State),
		PlacedAt: seconds(p.PlacedAt), ExpiresAt: seconds(p.ExpiresAt), RemovedAt: seconds(p.RemovedAt), Downloaded: p.Downloads,
	}
	e.Path, e.Path64 = written(p.SEAKey)
	e.Key, e.Key64 = written(p.Key)
	return e
}

// written gives a name as text where it is UTF-8, else in base64.
func written(name string) (plain, encoded string) {
	if utf8.ValidString(name) {
		return name, ""
	}
	return "", base64.StdEncoding.EncodeToString([]byte(name))
}

// read is the way back: ok is false where it is neither.
func read(plain, encoded string) (name string, ok bool) {
	if encoded == "" {
		return plain, plain != ""
	}
	raw, err := base64.StdEncoding.DecodeString(encoded)
	return string(raw), err == nil && plain == "" && len(raw) > 0
}

// text is what people typed, made UTF-8.
func text(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

func seconds(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	cut := t.UTC().Truncate(time.Second)
	return &cut
}
