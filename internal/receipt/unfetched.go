package receipt

import (
	"context"
	"strconv"
	"strings"
	"time"

	"seaportal/internal/store"
	"seaportal/models"
)

// Days that the report looks ahead.
const (
	DefaultDays = 7
	mostDays    = 3650
)

// DaysOf reads how many days ahead the report looks; what is no number from 1 on
// is the default.
func DaysOf(text string) int {
	days, err := strconv.Atoi(text)
	if err != nil || days < 1 {
		return DefaultDays
	}
	return min(days, mostDays)
}

// place in the report: the last row of a page. Its text travels in an address.
type mark struct {
	at time.Time
	id int64
}

// String gives the text that markOf reads.
func (m mark) String() string {
	return strconv.FormatInt(m.at.UnixMicro(), 10) + "-" + strconv.FormatInt(m.id, 10)
}

// markOf reads a mark; what is none is the beginning.
func markOf(text string) mark {
	micros, id, _ := strings.Cut(text, "-")
	at, errAt := strconv.ParseInt(micros, 10, 64)
	number, errID := strconv.ParseInt(id, 10, 64)
	if errAt != nil || errID != nil || number < 1 {
		return mark{}
	}
	return mark{at: time.UnixMicro(at).UTC(), id: number}
}

// Unfetched is one page of the files that are deleted soon and that nobody has
// fetched, the most urgent first. Next is the mark of the page after, empty on
// the last one.
type Unfetched struct {
	Rows         []Waiting
	Files, Bytes int64 // on all pages
	Next         string
}

// Waiting is a file that nobody has fetched, with its unit and rule.
type Waiting struct {
	models.Placement
	Unit models.BusinessUnit
	Rule string // its name
}

// Unfetched gives one page of the report: of a unit, or of all where unit is
// nil. It covers the files that are deleted within so many days by the life
// cycle's clock; files on hold are not deleted. Whoever may see the units may
// call it.
func (s *Service) Unfetched(ctx context.Context, unit *models.BusinessUnit, days int, from string) (Unfetched, error) {
	query := s.query(unit, days)
	query.AfterAt, query.AfterID, query.Limit = markOf(from).at, markOf(from).id, PageSize+1
	var page Unfetched
	var err error
	if page.Files, page.Bytes, err = s.store.CountUnfetched(ctx, query.UnitID, query.Before); err != nil {
		return page, err
	}
	rows, err := s.store.Unfetched(ctx, query)
	if err != nil {
		return page, err
	}
	if len(rows) > PageSize {
		rows = rows[:PageSize]
		last := rows[PageSize-1]
		page.Next = mark{*last.ExpiresAt, last.ID}.String()
	}
	page.Rows, err = s.named(ctx, newNames(s.store), rows)
	return page, err
}

func (s *Service) query(unit *models.BusinessUnit, days int) store.UnfetchedQuery {
	query := store.UnfetchedQuery{Before: s.life.Now().Add(time.Duration(days) * 24 * time.Hour)}
	if unit != nil {
		query.UnitID = unit.ID
	}
	return query
}

// names remembers units and their rules' names while a report is made.
type names struct {
	store *store.Store
	units map[int64]models.BusinessUnit
	rules map[int64]map[int64]string
}

func newNames(s *store.Store) *names {
	return &names{store: s, units: map[int64]models.BusinessUnit{}, rules: map[int64]map[int64]string{}}
}

func (s *Service) named(ctx context.Context, known *names, rows []models.Placement) ([]Waiting, error) {
	all := make([]Waiting, len(rows))
	for i, row := range rows {
		unit, err := known.unit(ctx, row.UnitID)
		if err != nil {
			return nil, err
		}
		all[i] = Waiting{Placement: row, Unit: unit, Rule: known.rules[row.UnitID][row.RuleID]}
	}
	return all, nil
}

func (n *names) unit(ctx context.Context, id int64) (models.BusinessUnit, error) {
	if unit, ok := n.units[id]; ok {
		return unit, nil
	}
	unit, err := n.store.UnitByID(ctx, id)
	if err != nil {
		return unit, err
	}
	n.units[id] = unit
	n.rules[id], err = n.store.RuleNames(ctx, id)
	return unit, err
}
