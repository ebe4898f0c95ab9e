// Package migrate owns the database schema: an ordered list of named steps,
// each run once, forward only, in a transaction of its own. A step that was
// released is never edited; it has frozen copies of the shapes that it makes.
package migrate

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
)

// ErrNewer says that the database was last used by a newer version.
var ErrNewer = errors.New("the database is from a newer version of seaportal: start that version, or restore a backup made before it")

// advisoryLock keeps two processes from migrating one PostgreSQL database at
// once. The number only has to be ours.
const advisoryLock = 7_303_014

// step is one change of the schema.
type step struct {
	name string
	run  func(tx *gorm.DB) error
}

// steps are all changes in order; a step's number is its place, from 1.
var steps = []step{
	{"first schema", firstSchema},
	{"holds, strangers and headers", holdsAndStrangers},
	{"meter usage", meterUsage},
	{"links to many files", linksToManyFiles},
	{"allowed and seen addresses", keepAddresses},
	{"receipts and manifests", receiptsAndManifests},
	{"encryption keys", encryptionKeys},
	{"counterfoils", counterfoils},
	{"sealing keys", sealingKeys},
	{"presigned keys", presignedKeys},
	{"ticket progress", ticketProgress},
	{"skipped objects", skippedObjects},
	{"placed times", placedTimes},
	{"outages", countOutages},
}

// schemaMigration is one step that was run.
type schemaMigration struct {
	Version   int `gorm:"primaryKey;autoIncrement:false"`
	Name      string
	AppliedAt time.Time
}

// Run brings the schema up to date. It returns ErrNewer, and changes nothing,
// when the schema knows steps that this program does not.
func Run(ctx context.Context, db *gorm.DB) error {
	db = db.WithContext(ctx)
	if err := db.AutoMigrate(&schemaMigration{}); err != nil {
		return fmt.Errorf("make the table of migrations: %w", err)
	}
	for number := range steps {
		if err := runStep(db, number+1); err != nil {
			return err
		}
	}
	current, err := version(db)
	if err == nil && current > len(steps) {
		return fmt.Errorf("schema %d, this program knows %d: %w", current, len(steps), ErrNewer)
	}
	return err
}

func runStep(db *gorm.DB, number int) error {
	next := steps[number-1]
	err := db.Transaction(func(tx *gorm.DB) error {
		if err := lock(tx); err != nil {
			return err
		}
		current, err := version(tx)
		if err != nil || current >= number {
			return err
		}
		if err := next.run(tx); err != nil {
			return err
		}
		return tx.Create(&schemaMigration{Version: number, Name: next.name, AppliedAt: time.Now().UTC()}).Error
	})
	if err != nil {
		return fmt.Errorf("migration %d (%s): %w", number, next.name, err)
	}
	return nil
}

func lock(tx *gorm.DB) error {
	if tx.Name() != "postgres" {
		return nil
	}
	return tx.Exec("SELECT pg_advisory_xact_lock(?)", advisoryLock).Error
}

func version(db *gorm.DB) (int, error) {
	var current int
	err := db.Model(&schemaMigration{}).Select("COALESCE(MAX(version), 0)").Scan(&current).Error
	if err != nil {
		return 0, fmt.Errorf("read schema version: %w", err)
	}
	return current, nil
}
