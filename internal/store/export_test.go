package store

import "gorm.io/gorm"

// OnQuery lets a test see each question as it is put to the database.
func (s *Store) OnQuery(see func(text string, values []any)) error {
	return s.read.Callback().Query().After("gorm:query").Register("see", func(db *gorm.DB) {
		see(db.Statement.SQL.String(), db.Statement.Vars)
	})
}
