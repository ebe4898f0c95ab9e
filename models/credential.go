package models

import "time"

// CredentialState tells where a credential set is in its life.
type CredentialState string

// The states of a credential set. At most one set of a unit is issuing, and at
// most one is active or retiring: two partial unique indexes say so.
const (
	CredentialIssuing   CredentialState = "issuing"   // being made; its row is the lock
	CredentialActive    CredentialState = "active"    // works
	CredentialRetiring  CredentialState = "retiring"  // its key is being deleted
	CredentialRetired   CredentialState = "retired"   // its key was proved to be refused
	CredentialAbandoned CredentialState = "abandoned" // never became active
)

// Credential is one credential set of a unit, without its secret: that is
// shown once and kept nowhere. LeaseUntil is when an issuing or retiring set
// may be settled by reconciliation, because whoever worked on it is gone.
type Credential struct {
	ID             int64           `gorm:"primaryKey"`
	UnitID         int64           `gorm:"column:business_unit_id;not null;index:credentials_unit;uniqueIndex:credentials_issuing,where:state = 'issuing';uniqueIndex:credentials_live,where:state IN ('active'\\,'retiring')"`
	AccessKeyID    string          `gorm:"not null;index:credentials_key"`
	State          CredentialState `gorm:"not null;size:20"`
	CreatedAt      time.Time
	CreatedBy      string `gorm:"not null"`
	RetiredAt      *time.Time
	RetiredBy      string `gorm:"not null"`
	LastUsedAt     *time.Time
	VerifiedAt     *time.Time
	AcknowledgedAt *time.Time
	LeaseUntil     *time.Time
}

// Nonce is a single-use number that a form carries, kept as a hash. Used, it
// stays until it expires, so that the second use is told from a false one.
type Nonce struct {
	Hash      string `gorm:"primaryKey;size:64"`
	Purpose   string `gorm:"not null;size:40"`
	UserID    int64  `gorm:"not null"`
	UnitID    int64  `gorm:"column:business_unit_id;not null"`
	CreatedAt time.Time
	ExpiresAt time.Time `gorm:"not null;index:nonces_expiry"`
	UsedAt    *time.Time
}
