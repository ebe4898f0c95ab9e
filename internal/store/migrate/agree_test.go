package migrate_test

import (
	"log/slog"
	"path/filepath"
	"reflect"
	"slices"
	"sync"
	"testing"

	"gorm.io/driver/postgres"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"seaportal/internal/sealed"
	"seaportal/internal/store"
	"seaportal/internal/store/storetest"
	"seaportal/models"
)

// kept are all models that have a table.
var kept = []any{
	&models.BusinessUnit{}, &models.Credential{}, &models.Nonce{}, &models.Rule{}, &models.RuleVersion{},
	&models.File{}, &models.Placement{}, &models.Download{}, &models.Link{}, &models.LinkFile{}, &models.LinkTicket{}, &models.History{},
	&models.User{}, &models.Session{}, &models.Lease{}, &models.Hold{}, &models.Stranger{},
	&models.IAMUser{}, &models.IAMPolicy{}, &models.IAMAccessKey{}, &models.IAMKeyAddress{},
	&models.UsageDay{}, &models.UsageMeter{}, &models.Rate{},
	&models.ManifestKey{}, &models.KMSKey{}, &models.UnitKey{}, &models.SealingKey{},
}

// TestMigrationsMakeWhatTheModelsSay compares every column and index.
func TestMigrationsMakeWhatTheModelsSay(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "sea.db")
		agree(t, "sqlite:"+path, sqlite.Dialector{DriverName: "sqlite", DSN: path})
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		url := storetest.PostgresURL(t)
		agree(t, url, postgres.Open(url))
	})
}

func agree(t *testing.T, url string, dialector gorm.Dialector) {
	t.Helper()
	s, err := store.Open(t.Context(), store.Config{URL: url, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	db, err := gorm.Open(dialector, &gorm.Config{})
	if err != nil {
		t.Fatal(err)
	}
	for _, model := range kept {
		shape, err := schema.Parse(model, &sync.Map{}, db.NamingStrategy)
		if err != nil {
			t.Fatal(err)
		}
		columns, err := db.Migrator().ColumnTypes(model)
		if err != nil {
			t.Fatal(err)
		}
		for _, column := range columns {
			if !slices.Contains(shape.DBNames, column.Name()) {
				t.Errorf("%s.%s is in no model", shape.Table, column.Name())
			}
		}
		if len(columns) != len(shape.DBNames) {
			t.Errorf("%s has %d columns, its model %d", shape.Table, len(columns), len(shape.DBNames))
		}
		for _, index := range shape.ParseIndexes() {
			if !db.Migrator().HasIndex(model, index.Name) {
				t.Errorf("%s has no index %s", shape.Table, index.Name)
			}
		}
	}
}

// TestEverySealedColumnIsRotated finds the sealed secrets in the models: one that
// models.SealedColumns forgot would be lost with the first rotation of the keys.
func TestEverySealedColumnIsRotated(t *testing.T) {
	t.Parallel()
	for _, model := range kept {
		shape, err := schema.Parse(model, &sync.Map{}, schema.NamingStrategy{})
		if err != nil {
			t.Fatal(err)
		}
		for _, field := range shape.Fields {
			if field.FieldType != reflect.TypeFor[sealed.Secret]() {
				continue
			}
			listed := slices.ContainsFunc(models.SealedColumns, func(c models.SealedColumn) bool { return c.Table == shape.Table && c.Column == field.DBName })
			if !listed || shape.LookUpField("sealed_by") == nil {
				t.Errorf("%s.%s is in no models.SealedColumns, or names no sealing key", shape.Table, field.DBName)
			}
		}
	}
}
