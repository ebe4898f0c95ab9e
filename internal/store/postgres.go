package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"

	"gorm.io/driver/postgres"
	"gorm.io/gorm"
)

const postgresConnections = 16

func openPostgres(ctx context.Context, dsn string, log *slog.Logger) (*Store, error) {
	both, err := gorm.Open(postgres.Open(dsn), gormConfig(log))
	if err != nil {
		return nil, fmt.Errorf("open PostgreSQL: %w", err)
	}
	db, err := both.DB()
	if err != nil {
		return nil, fmt.Errorf("open PostgreSQL: %w", err)
	}
	db.SetMaxOpenConns(postgresConnections)
	db.SetMaxIdleConns(postgresConnections)
	if err := db.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("reach PostgreSQL: %w", err), db.Close())
	}
	return &Store{read: both, write: both, dialect: Postgres, closers: []*sql.DB{db}}, nil
}
