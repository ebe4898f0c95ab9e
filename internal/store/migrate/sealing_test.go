package migrate

import (
	"testing"
	"time"

	"gorm.io/gorm"
)

// TestSecretsKeepTheirMasterKey goes from the schema before there were sealing
// keys to the one with them.
func TestSecretsKeepTheirMasterKey(t *testing.T) {
	t.Parallel()
	db := until(t, "sealing keys")
	made := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	if err := db.Table("kms_keys").Create(&kmsKey{ID: "k", Material: []byte("sealed"), Origin: "AWS_KMS", CreatedAt: made}).Error; err != nil {
		t.Fatal(err)
	}
	if err := db.Transaction(sealingKeys); err != nil {
		t.Fatal(err)
	}
	if by := sealedBy(t, db); by != masterItself {
		t.Errorf("it is sealed by %q", by)
	}
	var key sealingKey
	if err := db.Table("sealing_keys").Where("current").Take(&key).Error; err != nil || key.ID != masterItself || len(key.Wrapped) > 0 {
		t.Errorf("the sealing key is %+v, %v", key, err)
	}
	if err := db.Exec("DELETE FROM sealing_keys").Error; err == nil {
		t.Error("it can be deleted while something is sealed under it")
	}
}

func TestAnEmptyDatabaseHasNoSealingKey(t *testing.T) {
	t.Parallel()
	db := until(t, "sealing keys")
	if err := db.Transaction(sealingKeys); err != nil {
		t.Fatal(err)
	}
	var count int64
	if err := db.Table("sealing_keys").Count(&count).Error; err != nil || count != 0 {
		t.Errorf("%d keys, %v", count, err)
	}
}

func sealedBy(t *testing.T, db *gorm.DB) (by string) {
	t.Helper()
	if err := db.Table("kms_keys").Select("sealed_by").Where("id = 'k'").Scan(&by).Error; err != nil {
		t.Fatal(err)
	}
	return by
}
