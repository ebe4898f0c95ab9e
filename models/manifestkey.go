package models

import (
	"time"

	"seaportal/internal/sealed"
)

// ManifestKey is a key pair that signs manifests. ID is the key's thumbprint
// (RFC 7638), PublicKey its 32 bytes (RFC 8032), Seed the private half, sealed
// under the sealing key SealedBy.
// At most one is current and signs: a partial unique index says so. A retired
// key signs no more and is still published; a revoked one is not.
type ManifestKey struct {
	ID        string        `gorm:"primaryKey;size:43"`
	PublicKey []byte        `gorm:"not null"`
	Seed      sealed.Secret `gorm:"not null"`
	SealedBy  string        `gorm:"not null;size:36"`
	Current   bool          `gorm:"not null;uniqueIndex:manifest_keys_current,where:current"`
	CreatedAt time.Time     `gorm:"not null"`
	RetiredAt *time.Time
	RevokedAt *time.Time
}
