package receipt

import (
	"context"
	"fmt"
	"io"
	"strconv"

	"seaportal/internal/sheet"
	"seaportal/models"
)

// exportBatch is how many files one query of an export brings.
const exportBatch = 1000

// columns are the head of the export.
var columns = []string{"business_unit", "key", "sea_key", "size", "rule_id", "rule", "rule_version", "placed_at", "expires_at"}

// Export writes the whole report as CSV (RFC 4180), page by page: however long
// it is, memory stays flat. Times are RFC 3339 in UTC. A text that a spreadsheet
// would take for a formula begins with an apostrophe.
func (s *Service) Export(ctx context.Context, w io.Writer, unit *models.BusinessUnit, days int) error {
	out := sheet.NewWriter(w)
	if err := out.Write(columns); err != nil {
		return fmt.Errorf("write unfetched files: %w", err)
	}
	known, query := newNames(s.store), s.query(unit, days)
	query.Limit = exportBatch
	for {
		rows, err := s.store.Unfetched(ctx, query)
		if err != nil {
			return err
		}
		waiting, err := s.named(ctx, known, rows)
		if err != nil {
			return err
		}
		for _, row := range waiting {
			if err := out.Write(row.cells()); err != nil {
				return fmt.Errorf("write unfetched files: %w", err)
			}
		}
		if len(rows) < exportBatch {
			out.Flush()
			return out.Error()
		}
		query.AfterAt, query.AfterID = *rows[len(rows)-1].ExpiresAt, rows[len(rows)-1].ID
	}
}

func (w Waiting) cells() []string {
	return []string{
		w.Unit.Slug, sheet.Text(w.Key), sheet.Text(w.SEAKey), strconv.FormatInt(w.Size, 10),
		strconv.FormatInt(w.RuleID, 10), sheet.Text(w.Rule), strconv.Itoa(w.RuleVersion), sheet.Instant(w.PlacedAt), sheet.Instant(w.ExpiresAt),
	}
}
