package store

import (
	"context"
	"errors"
	"fmt"
)

// ErrServed says that another embedded server stands on this database.
var ErrServed = errors.New("another embedded storage server uses this database: its keys and users would change under it. " +
	"Stop it, or give each its own database or schema")

// serverLock is the first key of the advisory lock that the embedded server
// holds; the second is the schema's. The number only has to be ours.
const serverLock = 7_303_015

// ErrRotating says that another process rotates the keys of this database.
var ErrRotating = errors.New("another process rotates the keys of this database: let it finish")

// rotationLock is that of a rotation of the keys.
const rotationLock = 7_303_016

// ServeAlone takes the database for one embedded server, until release: two
// would share the tables of its users and keys, but not what they keep of them in
// memory. The lock lives on a connection of its own, and ends with the process.
// A SQLite file lies in a data directory, which is locked already.
func (s *Store) ServeAlone(ctx context.Context) (release func() error, err error) {
	return s.lock(ctx, serverLock, ErrServed)
}

// RotateAlone takes the database for one rotation of its keys, in the same way.
func (s *Store) RotateAlone(ctx context.Context) (release func() error, err error) {
	return s.lock(ctx, rotationLock, ErrRotating)
}

// lock takes an advisory lock, or returns held where somebody has it.
func (s *Store) lock(ctx context.Context, number int, held error) (release func() error, err error) {
	if s.dialect != Postgres {
		return func() error { return nil }, nil
	}
	db, err := s.write.DB()
	if err != nil {
		return nil, fmt.Errorf("lock the database: %w", err)
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("lock the database: %w", err)
	}
	var taken bool
	err = conn.QueryRowContext(ctx, "SELECT pg_try_advisory_lock($1, hashtext(current_schema()))", number).Scan(&taken)
	if err == nil && !taken {
		err = held
	}
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return func() error {
		// The connection goes back to the pool, so that the lock has to be given back by hand.
		_, err := conn.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1, hashtext(current_schema()))", number)
		return errors.Join(err, conn.Close())
	}, nil
}
