package migrate

import (
	"gorm.io/gorm"

	"seaportal/models"
)

func firstSchema(tx *gorm.DB) error {
	return tx.AutoMigrate(
		&models.BusinessUnit{}, &models.Credential{}, &models.Nonce{}, &models.Rule{}, &models.RuleVersion{},
		&models.File{}, &models.Placement{}, &models.Download{}, &models.Link{}, &models.History{},
		&models.User{}, &models.Session{}, &models.Lease{},
		&models.IAMUser{}, &models.IAMPolicy{}, &models.IAMAccessKey{},
	)
}
