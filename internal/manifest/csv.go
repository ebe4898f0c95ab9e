package manifest

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"time"

	"seaportal/internal/sheet"
)

// columns are the head of a CSV list.
var columns = []string{
	"business_unit", "path", "key", "size", "checksum_algorithm", "checksum_hex", "rule_id", "rule", "rule_version", "action",
	"state", "placed_at", "expires_at", "removed_at", "downloads", "made_at", "made_by",
}

// writeCSV writes the list without a signature. A text that a spreadsheet would
// take for a formula begins with an apostrophe; names stand as they are, in
// whatever encoding.
func (m *Manifest) writeCSV(ctx context.Context, w io.Writer) error {
	out := sheet.NewWriter(w)
	if err := out.Write(columns); err != nil {
		return fmt.Errorf("write manifest: %w", err)
	}
	all, err := m.each(ctx, func(e entry) error {
		if err := out.Write(m.cells(e)); err != nil {
			return fmt.Errorf("write manifest: %w", err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := m.record(ctx, all, nil); err != nil {
		return err
	}
	out.Flush()
	return out.Error()
}

func (m *Manifest) cells(e entry) []string {
	path, _ := read(e.Path, e.Path64)
	key, _ := read(e.Key, e.Key64)
	return []string{
		m.unit.Slug, sheet.Text(path), sheet.Text(key), strconv.FormatInt(e.Size, 10), e.Algorithm, e.Checksum,
		strconv.FormatInt(e.Rule.ID, 10), sheet.Text(e.Rule.Name), strconv.Itoa(e.Rule.Version), e.Action, e.State,
		sheet.Instant(e.PlacedAt), sheet.Instant(e.ExpiresAt), sheet.Instant(e.RemovedAt), strconv.FormatInt(e.Downloaded, 10),
		m.at.Format(time.RFC3339), sheet.Text(m.by.Name),
	}
}
