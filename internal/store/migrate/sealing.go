package migrate

import (
	"fmt"
	"time"

	"gorm.io/gorm"
)

// sealingKey is the table as it was when it came.
type sealingKey struct {
	ID        string    `gorm:"primaryKey;size:36"`
	Wrapped   []byte    `gorm:"not null"`
	Master    string    `gorm:"not null;size:2048"`
	Current   bool      `gorm:"not null;uniqueIndex:sealing_keys_current,where:current"`
	CreatedAt time.Time `gorm:"not null"`
}

// masterItself is the sealing key of what the master key had sealed by itself.
const masterItself = "master"

// sealingKeys puts keys between the master key and the secrets, so that the
// master key can be replaced. The reference keeps a sealing key from being
// deleted while anything is sealed under it.
func sealingKeys(tx *gorm.DB) error {
	if err := tx.Table("sealing_keys").Migrator().CreateTable(&sealingKey{}); err != nil {
		return fmt.Errorf("make table sealing_keys: %w", err)
	}
	var sealed int64
	tables := []string{"iam_access_keys", "manifest_keys", "kms_keys"}
	for _, table := range tables {
		var rows int64
		if err := tx.Table(table).Count(&rows).Error; err != nil {
			return fmt.Errorf("count the secrets of %s: %w", table, err)
		}
		sealed += rows
	}
	if sealed > 0 {
		itself := sealingKey{ID: masterItself, Wrapped: []byte{}, Current: true, CreatedAt: time.Now().UTC()}
		if err := tx.Table("sealing_keys").Create(&itself).Error; err != nil {
			return fmt.Errorf("name the master key: %w", err)
		}
	}
	for _, table := range tables {
		for _, statement := range []string{
			`ALTER TABLE ` + table + ` ADD COLUMN sealed_by varchar(36) REFERENCES sealing_keys (id)`,
			`UPDATE ` + table + ` SET sealed_by = '` + masterItself + `'`,
			`CREATE INDEX ` + table + `_sealed_by ON ` + table + ` (sealed_by)`,
		} {
			if err := tx.Exec(statement).Error; err != nil {
				return fmt.Errorf("add sealed_by to %s: %w", table, err)
			}
		}
	}
	return nil
}
