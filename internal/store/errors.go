package store

import (
	"errors"

	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"

	"seaportal/internal/fault"
)

// translate is the one place where database errors become faults. Their texts
// are what a person sees when the caller has nothing better to say.
func translate(err error) error {
	switch {
	case errors.Is(err, gorm.ErrRecordNotFound):
		return fault.Wrap(fault.NotFound, err, "This page does not exist, or you may not see it.")
	case errors.Is(err, gorm.ErrDuplicatedKey):
		return fault.Wrap(fault.Conflict, err, "Somebody else was first. Reload the page and try again.")
	case errors.Is(err, gorm.ErrForeignKeyViolated):
		return fault.Wrap(fault.Conflict, err, "Something that this belongs to is gone. Reload the page.")
	}
	return unwritable(err)
}

// errFull says that the database takes no more.
var errFull = errors.New("the disk is full or can only be read")

// diskFull is PostgreSQL's code for it (PostgreSQL's manual, appendix A).
const diskFull = "53100"

// unwritable makes a fault of a database that takes no more, unless whoever
// met it has put it in other words already.
func unwritable(err error) error {
	var failed *pgconn.PgError
	full := errors.Is(err, errFull) || errors.As(err, &failed) && failed.Code == diskFull
	if !full || fault.KindOf(err) != fault.Internal {
		return err
	}
	return fault.Wrap(fault.Full, err,
		"The disk that holds the portal's database is full or can only be read, so this was not saved. Make room on it, then try again.")
}

// ErrStale says that a compare-and-set found the row in another state.
var ErrStale = errors.New("the row changed meanwhile")

// changedOne makes a compare-and-set of its result: ErrStale when no row was
// in the expected state.
func changedOne(result *gorm.DB) error {
	if result.Error != nil {
		return result.Error
	}
	if result.RowsAffected == 0 {
		return ErrStale
	}
	return nil
}
