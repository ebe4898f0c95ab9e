package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"seaportal/models"
)

// HeldCredentials are the sets of a unit that are not over: at most one that
// is issuing and at most one that is active or retiring.
type HeldCredentials struct {
	Issuing, Live *models.Credential
}

// HeldCredentials gives the sets of a unit that are not over.
func (s *Store) HeldCredentials(ctx context.Context, unitID int64) (HeldCredentials, error) {
	rows, err := gorm.G[models.Credential](s.read).Where("business_unit_id = ? AND state IN ?", unitID,
		[]models.CredentialState{models.CredentialIssuing, models.CredentialActive, models.CredentialRetiring}).Find(ctx)
	var held HeldCredentials
	for i := range rows {
		if rows[i].State == models.CredentialIssuing {
			held.Issuing = &rows[i]
		} else {
			held.Live = &rows[i]
		}
	}
	return held, wrap(err, "read credentials of business unit %d", unitID)
}

// PastCredentials gives the sets of a unit that are over, newest first.
func (s *Store) PastCredentials(ctx context.Context, unitID int64, limit int) ([]models.Credential, error) {
	rows, err := gorm.G[models.Credential](s.read).Where("business_unit_id = ? AND state IN ?", unitID,
		[]models.CredentialState{models.CredentialRetired, models.CredentialAbandoned}).
		Order("id DESC").Limit(limit).Find(ctx)
	return rows, wrap(err, "read past credentials of business unit %d", unitID)
}

// LiveCredentials gives the active or retiring set of every unit that has one,
// by unit id.
func (s *Store) LiveCredentials(ctx context.Context) (map[int64]models.Credential, error) {
	rows, err := gorm.G[models.Credential](s.read).
		Where("state IN ?", []models.CredentialState{models.CredentialActive, models.CredentialRetiring}).Find(ctx)
	byUnit := make(map[int64]models.Credential, len(rows))
	for _, row := range rows {
		byUnit[row.UnitID] = row
	}
	return byUnit, wrap(err, "list live credentials")
}

// UnsettledUnits gives the ids of the units with a set that is issuing or
// retiring, whoever works on it.
func (s *Store) UnsettledUnits(ctx context.Context) ([]int64, error) {
	var ids []int64
	err := s.db(ctx).Model(&models.Credential{}).Distinct("business_unit_id").
		Where("state IN ?", []models.CredentialState{models.CredentialIssuing, models.CredentialRetiring}).
		Order("business_unit_id").Pluck("business_unit_id", &ids).Error
	return ids, wrap(err, "list units with unsettled credentials")
}

// KnowsKey tells whether a set of the unit, over or not, has that access key.
func (s *Store) KnowsKey(ctx context.Context, unitID int64, accessKeyID string) (bool, error) {
	count, err := gorm.G[models.Credential](s.read).
		Where("business_unit_id = ? AND access_key_id = ?", unitID, accessKeyID).Count(ctx, "id")
	return count > 0, wrap(err, "look for key %s", accessKeyID)
}

// InsertCredential inserts a set and sets its id. fault.Conflict says that the
// unit has one in that state: the partial unique indexes are the lock.
func (s *Store) InsertCredential(ctx context.Context, c *models.Credential) error {
	return wrap(s.wdb(ctx).Create(c).Error, "insert credential of business unit %d", c.UnitID)
}

// ChangeCredential writes a set as it now is over the set as it was. State, key
// and lease are compared first, so that whoever lost the lease changes nothing
// and gets ErrStale. Id, unit and creation never change.
func (s *Store) ChangeCredential(ctx context.Context, was, now models.Credential) error {
	db := s.wdb(ctx).Model(&models.Credential{}).
		Where("id = ? AND business_unit_id = ? AND state = ? AND access_key_id = ?", was.ID, was.UnitID, was.State, was.AccessKeyID)
	if was.LeaseUntil == nil {
		db = db.Where("lease_until IS NULL")
	} else {
		db = db.Where("lease_until = ?", was.LeaseUntil.UTC())
	}
	result := db.Select("AccessKeyID", "State", "RetiredAt", "RetiredBy", "VerifiedAt", "AcknowledgedAt", "LeaseUntil").
		Updates(now)
	return wrap(changedOne(result), "change credential %d from %s to %s", was.ID, was.State, now.State)
}

// NoteLastUse keeps when IAM last saw the key used. It is an observation and
// changes nothing that anybody decided.
func (s *Store) NoteLastUse(ctx context.Context, id int64, at time.Time) error {
	err := s.wdb(ctx).Model(&models.Credential{}).Where("id = ?", id).Update("last_used_at", at.UTC()).Error
	return wrap(err, "note last use of credential %d", id)
}

// EndCredentialLeases lets every unsettled set be settled at once. Only the one
// process of a database may call it, at its start: all who held one are dead.
func (s *Store) EndCredentialLeases(ctx context.Context, at time.Time) error {
	err := s.wdb(ctx).Model(&models.Credential{}).Where("lease_until > ?", at.UTC()).
		Update("lease_until", at.UTC()).Error
	return wrap(err, "end leases of credentials")
}
