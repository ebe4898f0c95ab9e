package migrate

import (
	"fmt"

	"gorm.io/gorm"
)

// firstSchema makes the tables as they were in the first release. The shapes
// in first_*.go are frozen: a later change of a model is a later step.
func firstSchema(tx *gorm.DB) error {
	for _, table := range []struct {
		name  string
		shape any
	}{
		{"business_units", &firstBusinessUnit{}},
		{"rules", &firstRule{}},
		{"rule_versions", &firstRuleVersion{}},
		{"credentials", &firstCredential{}},
		{"nonces", &firstNonce{}},
		{"files", &firstFile{}},
		{"placements", &firstPlacement{}},
		{"downloads", &firstDownload{}},
		{"links", &firstLink{}},
		{"users", &firstUser{}},
		{"sessions", &firstSession{}},
		{"history", &firstHistory{}},
		{"leases", &firstLease{}},
		{"iam_users", &firstIAMUser{}},
		{"iam_policies", &firstIAMPolicy{}},
		{"iam_access_keys", &firstIAMAccessKey{}},
	} {
		if err := tx.Table(table.name).Migrator().CreateTable(table.shape); err != nil {
			return fmt.Errorf("make table %s: %w", table.name, err)
		}
	}
	return keysAsBytes(tx, [2]string{"files", "key"}, [2]string{"placements", "key"}, [2]string{"placements", "sea_key"})
}

// keysAsBytes makes PostgreSQL compare the object keys in columns, each given
// with its table, as bytes, as S3 does, whatever the database's own collation
// is. SQLite does so by itself.
func keysAsBytes(tx *gorm.DB, columns ...[2]string) error {
	if tx.Name() != "postgres" {
		return nil
	}
	for _, column := range columns {
		alter := fmt.Sprintf(`ALTER TABLE %s ALTER COLUMN %s TYPE text COLLATE "C"`, column[0], column[1])
		if err := tx.Exec(alter).Error; err != nil {
			return fmt.Errorf("compare %s.%s as bytes: %w", column[0], column[1], err)
		}
	}
	return nil
}
