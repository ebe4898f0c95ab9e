package store

import (
	"context"

	"gorm.io/gorm"

	"seaportal/models"
)

// Rates gives every rate, in the order in which they begin.
func (s *Store) Rates(ctx context.Context) ([]models.Rate, error) {
	rates, err := gorm.G[models.Rate](s.read).Order("from_day").Find(ctx)
	return rates, wrap(err, "read rates")
}

// CreateRate inserts a rate and sets its id. A day on which another rate begins
// gives fault.Conflict.
func (s *Store) CreateRate(ctx context.Context, rate *models.Rate) error {
	return wrap(s.wdb(ctx).Create(rate).Error, "create rate from %s", rate.FromDay)
}

// DeleteRate takes back a rate that begins after a day. It returns ErrStale
// when there is none such: what is in force stays.
func (s *Store) DeleteRate(ctx context.Context, id int64, after string) error {
	result := s.wdb(ctx).Where("id = ? AND from_day > ?", id, after).Delete(&models.Rate{})
	return wrap(changedOne(result), "delete rate %d", id)
}
