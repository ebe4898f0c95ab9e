package credential

import (
	"time"

	"seaportal/models"
)

// idleAfter is how long a set may stay unused before it is pointed out.
const idleAfter = 90 * 24 * time.Hour

// IdleSince tells since when nobody has used an active set, and whether anybody
// ever did: then it counts from when it was generated. It is nil for a set that
// was used, or made, in the last 90 days before now, and for one that is not
// active. used is when it was last used, nil for never.
func IdleSince(set models.Credential, used *time.Time, now time.Time) (since *time.Time, never bool) {
	if set.State != models.CredentialActive {
		return nil, false
	}
	last := set.CreatedAt
	if set.VerifiedAt != nil {
		last = *set.VerifiedAt
	}
	if never = used == nil || !used.After(last); !never {
		last = *used
	}
	if now.Sub(last) < idleAfter {
		return nil, false
	}
	return &last, never
}

// IdleSince is the same of the set that works; nil also where it is not known when
// it was used.
func (s Status) IdleSince(now time.Time) (since *time.Time, never bool) {
	if s.Live == nil || s.UseUnknown {
		return nil, false
	}
	return IdleSince(*s.Live, s.LastUsedAt, now)
}
