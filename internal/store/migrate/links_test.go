package migrate

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	_ "modernc.org/sqlite" // the driver
)

// until makes a database with all steps before one.
func until(t *testing.T, name string) *gorm.DB {
	t.Helper()
	db, err := gorm.Open(sqlite.Dialector{DriverName: "sqlite", DSN: filepath.Join(t.TempDir(), "sea.db") + "?_pragma=foreign_keys(1)"}, &gorm.Config{})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range steps[:slices.IndexFunc(steps, func(s step) bool { return s.name == name })] {
		if err := db.Transaction(s.run); err != nil {
			t.Fatal(s.name, err)
		}
	}
	return db
}

// TestLinksKeepTheirFile goes from the schema before links had several files to
// the newest one.
func TestLinksKeepTheirFile(t *testing.T) {
	t.Parallel()
	db := until(t, "links to many files")
	made := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	for _, link := range []firstLink{
		{ID: 1, UnitID: 7, PlacementID: 70, TokenHash: "a", MaxDownloads: 1, Downloads: 1, CreatedAt: made, ExpiresAt: made},
		{ID: 2, UnitID: 7, PlacementID: 70, TokenHash: "b", MaxDownloads: 5, Downloads: 2, CreatedAt: made, ExpiresAt: made},
		{ID: 3, UnitID: 8, PlacementID: 80, TokenHash: "c", CreatedAt: made, ExpiresAt: made},
	} {
		if err := db.Table("links").Create(&link).Error; err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Transaction(linksToManyFiles); err != nil {
		t.Fatal(err)
	}
	var rows []struct {
		LinkID, PlacementID int64
		Position, Downloads int
		UsedUpAt            *time.Time
	}
	err := db.Table("link_files").Select("link_files.*, links.used_up_at").
		Joins("JOIN links ON links.id = link_files.link_id").Order("link_id").Scan(&rows).Error
	if err != nil || len(rows) != 3 {
		t.Fatal(rows, err)
	}
	for i, want := range []struct {
		placement int64
		downloads int
		usedUp    bool
	}{{70, 1, true}, {70, 2, false}, {80, 0, false}} {
		got := rows[i]
		if got.PlacementID != want.placement || got.Position != 1 || got.Downloads != want.downloads || (got.UsedUpAt != nil) != want.usedUp {
			t.Errorf("link %d: %+v", i+1, got)
		}
	}
}
