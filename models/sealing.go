package models

import "time"

// SealingKey is a key that seals secrets in the database: 256 bits, wrapped by
// the master key that Master names. One is Current and seals; another is there
// only while a rotation goes on, until nothing is sealed under it. Wrapped is
// empty where the master key itself seals, as all did before there were sealing
// keys.
type SealingKey struct {
	ID        string    `gorm:"primaryKey;size:36"` // a random UUID
	Wrapped   []byte    `gorm:"not null"`
	Master    string    `gorm:"not null;size:2048"`
	Current   bool      `gorm:"not null;uniqueIndex:sealing_keys_current,where:current"`
	CreatedAt time.Time `gorm:"not null"`
}

// SealedColumn is a column of sealed secrets, beside which a column sealed_by
// names the sealing key.
type SealedColumn struct {
	Table, Column string
	// Context gives what the secret of a row is sealed for, so that it cannot be
	// put in another row's place.
	Context func(id string) string
}

// SealedColumns are all of them.
var SealedColumns = []SealedColumn{
	{"iam_access_keys", "secret", func(id string) string { return IAMAccessKey{ID: id}.SealedFor() }},
	{"manifest_keys", "seed", func(id string) string { return ManifestKey{ID: id}.SealedFor() }},
	{"kms_keys", "material", func(id string) string { return KMSKey{ID: id}.SealedFor() }},
}

// SealedFor is the context that the secret is sealed for.
func (k IAMAccessKey) SealedFor() string { return k.ID }

// SealedFor is the context that the seed is sealed for.
func (k ManifestKey) SealedFor() string { return "manifest key " + k.ID }

// SealedFor is the context that the material is sealed for.
func (k KMSKey) SealedFor() string { return "kms key " + k.ID }
