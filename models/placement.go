package models

import "time"

// PlacementState tells where a placement is on its way.
type PlacementState string

// The states of a placement. Placing and removing are intents, held under a
// lease by the process that works on them.
const (
	PlacementQueued   PlacementState = "queued"
	PlacementPlacing  PlacementState = "placing"
	PlacementPlaced   PlacementState = "placed"
	PlacementRemoving PlacementState = "removing"
	PlacementRemoved  PlacementState = "removed"
	PlacementFailed   PlacementState = "failed"
)

// PlacementStates are all states in the order of a placement's life.
var PlacementStates = []PlacementState{
	PlacementQueued, PlacementPlacing, PlacementPlaced, PlacementRemoving, PlacementRemoved, PlacementFailed,
}

// Valid tells whether s is a state.
func (s PlacementState) Valid() bool {
	for _, known := range PlacementStates {
		if s == known {
			return true
		}
	}
	return false
}

// SourceState tells what became of the source of a move, or why a placement was
// missed.
type SourceState string

// The states of a source. A copy's source stays kept, unless it was missed.
const (
	SourceKept     SourceState = "kept"     // not touched, or not yet
	SourceDeleting SourceState = "deleting" // the intent to delete it is recorded
	SourceDeleted  SourceState = "deleted"
	SourceChanged  SourceState = "changed" // other content stands there now: it stays
	SourceGone     SourceState = "gone"    // somebody else deleted it first
	SourceSpared   SourceState = "spared"  // the placed file was gone before the source could be deleted: it stays
	SourceLeft     SourceState = "left"    // its rule was deleted before it could be placed: it stays
)

// RemoveReason tells why a placed file left SEA.
type RemoveReason string

// The reasons of a removal.
const (
	RemovedExpired  RemoveReason = "expired"
	RemovedByAdmin  RemoveReason = "administrator"
	RemovedByClient RemoveReason = "partner"
)

// Placement is one file's one arrival in SEA, and its record forever: rows are
// never deleted, and FileID is unique, which is what makes a second placement
// impossible. Key and SourceETag are the file's; SEAKey is the target's key
// below the unit's SEA prefix, empty until one was chosen. Attempts counts the
// tries that failed, and Outages those of them for which S3 was away. QueuedAt is when it was last begun, which says to which day's
// limit it counts; when that was first is the file's ProcessedAt. VerifiedBy says how the copy was verified, and KeyARN which KMS key encrypts
// it, empty for what was placed before SEA encrypted. Held says
// that a hold keeps the file from expiring. RemovedFrom is the IP address that
// the removal was asked for from, empty where none is known. Downloads counts
// the receipts that count, see Download. Until PresignedUntil a presigned URL for
// scripts may work that leads to the target's key, so no other file gets that key.
type Placement struct {
	ID                int64          `gorm:"primaryKey;index:placements_page,priority:2"`
	UnitID            int64          `gorm:"column:business_unit_id;not null;index:placements_page,priority:1;index:placements_queued,priority:1;index:placements_state,priority:1;index:placements_presigned,priority:1,where:presigned_until IS NOT NULL;index:placements_placed,priority:1,where:placed_at IS NOT NULL;index:placements_unsettled,where:action = 'move' AND placed_at IS NOT NULL AND source_state IN ('kept'\\,'deleting');uniqueIndex:placements_target,priority:1,where:state IN ('placing'\\,'placed'\\,'removing')"`
	FileID            int64          `gorm:"not null;uniqueIndex:placements_file"`
	RuleID            int64          `gorm:"not null;index:placements_rule"`
	RuleVersion       int            `gorm:"not null"`
	Action            string         `gorm:"not null;size:10"`
	Key               string         `gorm:"not null"`
	SourceETag        string         `gorm:"column:source_etag;not null"`
	SEAKey            string         `gorm:"column:sea_key;not null;index:placements_presigned,priority:2,where:presigned_until IS NOT NULL;uniqueIndex:placements_target,priority:2,where:state IN ('placing'\\,'placed'\\,'removing')"`
	Size              int64          `gorm:"not null"`
	Checksum          string         `gorm:"not null"`
	VerifiedBy        string         `gorm:"not null;size:40"`
	KeyARN            string         `gorm:"column:key_arn;not null;default:''"`
	ContentType       string         `gorm:"not null"`
	State             PlacementState `gorm:"not null;size:20;index:placements_state,priority:2;index:placements_expiry,priority:1"`
	SourceState       SourceState    `gorm:"not null;size:20"`
	Attempts          int            `gorm:"not null"`
	Outages           int            `gorm:"not null;default:0"`
	LastError         string         `gorm:"not null"`
	NextAttemptAt     *time.Time
	Owner             string `gorm:"not null;size:40"`
	LeaseUntil        *time.Time
	QueuedAt          time.Time  `gorm:"index:placements_queued,priority:2"`
	PlacedAt          *time.Time `gorm:"index:placements_placed,priority:2,where:placed_at IS NOT NULL"`
	ExpiresAt         *time.Time `gorm:"index:placements_expiry,priority:2"`
	RemovedAt         *time.Time
	RemoveReason      RemoveReason `gorm:"not null;size:20"`
	RemovedBy         string       `gorm:"not null"`
	RemovedFrom       string       `gorm:"not null"`
	Held              bool         `gorm:"not null"`
	SourceDeletedAt   *time.Time
	FirstDownloadedAt *time.Time
	Downloads         int64 `gorm:"not null"`
	PresignedUntil    *time.Time
}

// Missed tells whether a placement ended because its source was changed or gone,
// or its rule deleted, before it could be placed. Nobody has to do anything about
// it, which tells it from what failed otherwise.
func (p Placement) Missed() bool {
	switch p.SourceState {
	case SourceChanged, SourceGone, SourceLeft:
		return p.State == PlacementFailed
	case SourceKept, SourceDeleting, SourceDeleted, SourceSpared:
	}
	return false
}
