package usage

import (
	"cmp"
	"context"
	"slices"
	"time"

	"seaportal/models"
)

// Report is what a unit, or all of them, held and what that costs. All but
// Month, Forecast and what is in SEA now is about the period. Unfetched is the
// part of files that nobody ever downloaded.
type Report struct {
	At        time.Time
	Period    Period
	Lines     []Line // by rule, or by unit across units; most held first
	Days      []DayLine
	Total     Use
	Unfetched Use
	Month     Use // this month until now
	Forecast  Use // this month until its end, with what is in SEA now and nothing new
	Files     int64
	Bytes     int64
	Rate      *Rate // in force now, nil where none is
}

// Line is what one rule, or one unit, held in the period.
type Line struct {
	Unit           models.BusinessUnit
	RuleID         int64 // 0 across units
	Use, Unfetched Use
}

// DayLine is what was held on one day. Seconds is how much of it has passed.
type DayLine struct {
	Day            Day
	Seconds        int64
	Rate           *Rate
	Use, Unfetched Use
}

// Report reports on one unit, by rule. Whoever sees the unit may call it.
func (s *Service) Report(ctx context.Context, unit models.BusinessUnit, period string) (Report, error) {
	return s.report(ctx, []models.BusinessUnit{unit}, period, func(_ models.BusinessUnit, rule int64) int64 { return rule })
}

// ReportAll reports on every unit, by unit. Whoever sees all units may call it.
func (s *Service) ReportAll(ctx context.Context, period string) (Report, error) {
	units, err := s.Store.UnitsWithLocation(ctx)
	if err != nil {
		return Report{}, err
	}
	return s.report(ctx, units, period, func(models.BusinessUnit, int64) int64 { return 0 })
}

func (s *Service) report(ctx context.Context, units []models.BusinessUnit, period string, by func(models.BusinessUnit, int64) int64) (Report, error) {
	rates, err := s.Rates(ctx)
	if err != nil {
		return Report{}, err
	}
	now := s.now()
	sums := newSummary(now, period, rates)
	for _, unit := range units {
		count := newCounter(sums.Period)
		bytes, files, err := s.readings(ctx, unit.ID, sums.begin, now, func(p portion) {
			sums.add(unit, by(unit, p.Rule), p, count.fresh(p))
		})
		if err != nil {
			return Report{}, err
		}
		sums.Bytes, sums.Files = sums.Bytes+bytes, sums.Files+files
		if err := s.forecast(ctx, unit.ID, bytes, now, rates, &sums.Forecast); err != nil {
			return Report{}, err
		}
	}
	return sums.finish(), nil
}

// summary adds portions up to a report.
type summary struct {
	Report
	rates Book
	begin Day // of the period or of the month, whichever comes first
	lines map[[2]int64]*Line
}

func newSummary(now time.Time, period string, rates Book) *summary {
	today := DayOf(now)
	sums := &summary{rates: rates, lines: map[[2]int64]*Line{}}
	sums.At, sums.Period, sums.Rate = now, PeriodOf(period, today), rates.At(today)
	sums.begin = min(sums.Period.From, today.MonthStart())
	for day := sums.Period.From; day <= today; day++ {
		seconds := min(daySeconds, now.Unix()-day.Start().Unix())
		sums.Days = append(sums.Days, DayLine{Day: day, Seconds: seconds, Rate: rates.At(day)})
	}
	return sums
}

// add counts a portion; fresh are those of its files that were not counted in
// the period before.
func (s *summary) add(unit models.BusinessUnit, rule int64, p portion, fresh int64) {
	t := s.rates.tariff(p.Day)
	if p.Day >= s.Period.To.MonthStart() {
		s.Month.add(t, p.Held)
	}
	if p.Day < s.Period.From {
		return
	}
	key := [2]int64{unit.ID, rule}
	if s.lines[key] == nil {
		s.lines[key] = &Line{Unit: unit, RuleID: rule}
	}
	line, day := s.lines[key], &s.Days[p.Day-s.Period.From]
	into := []struct {
		use   *Use
		files int64
	}{{&s.Total, fresh}, {&line.Use, fresh}, {&day.Use, p.Files}}
	if !p.Fetched {
		into = append(into, into[0], into[1], into[2])
		into[3].use, into[4].use, into[5].use = &s.Unfetched, &line.Unfetched, &day.Unfetched
	}
	for _, sum := range into {
		sum.use.add(t, p.Held)
		sum.use.Files += sum.files
	}
}

func (s *summary) finish() Report {
	s.Forecast.plus(s.Month)
	for _, line := range s.lines {
		s.Lines = append(s.Lines, *line)
	}
	slices.SortFunc(s.Lines, func(a, b Line) int {
		if most := b.Use.ByteSeconds().Cmp(a.Use.ByteSeconds()); most != 0 {
			return most
		}
		return cmp.Or(cmp.Compare(a.Unit.ID, b.Unit.ID), cmp.Compare(a.RuleID, b.RuleID))
	})
	return s.Report
}

// counter counts each file of a period once, though it is there on many days.
type counter struct {
	from Day
	last map[account]portion
}

func newCounter(period Period) counter {
	return counter{from: period.From, last: map[account]portion{}}
}

// fresh tells how many of a portion's files were not there the day before, or
// all of them on the first day.
func (c counter) fresh(p portion) int64 {
	before := c.last[p.account]
	c.last[p.account] = p
	if p.Day > c.from && before.Day == p.Day-1 {
		return p.Files - before.StandingFiles
	}
	return p.Files
}

// RuleLabel is how a rule is named in a report.
type RuleLabel struct {
	Name    string
	Deleted bool
}

// RulesOf names the rules of a unit by id, deleted ones included.
func (s *Service) RulesOf(ctx context.Context, unit models.BusinessUnit) (map[int64]RuleLabel, error) {
	names, err := s.Store.RuleNames(ctx, unit.ID)
	if err != nil {
		return nil, err
	}
	live, err := s.Store.Rules(ctx, unit.ID)
	if err != nil {
		return nil, err
	}
	labels := make(map[int64]RuleLabel, len(names))
	for id, name := range names {
		labels[id] = RuleLabel{Name: name, Deleted: true}
	}
	for _, rule := range live {
		labels[rule.ID] = RuleLabel{Name: rule.Name}
	}
	return labels, nil
}
