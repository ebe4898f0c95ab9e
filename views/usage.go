package views

import (
	"seaportal/internal/path"
	"seaportal/views/layout"
	"seaportal/views/ui"
)

// UsageProps is what files in SEA hold and what that costs, of one unit or of all. Amounts are texts, ready with their
// currency; an empty one says that no rate was in force.
type UsageProps struct {
	Unit     *layout.Unit // nil: all units
	Period   string       // 7d, 30d, 90d or month
	Month    string       // the running month: November
	Charge   string       // of the month until now
	Forecast string       // of the whole month
	GBDays   string       // of the period
	Files    int64        // in SEA now
	Bytes    int64
	InVain   UsageInVain
	Formula  []string // each a line of the sum that makes Charge
	Rate     string   // in force now: € 0.023 per GB-month
	Chart    ui.Chart
	Lines    []UsageLine
	Days     []UsageDay // newest first
	Total    UsageLine
	Held     bool // anything was held in the period, or is now
}

// UsageInVain is the part of files that nobody fetched.
type UsageInVain struct {
	Files  int64
	Charge string
}

// UsageLine is what one rule, or one unit, held in the period.
type UsageLine struct {
	Name    string
	Href    string
	Deleted bool // the rule is
	Files   int64
	GBDays  string
	Charge  string
	InVain  UsageInVain
}

// UsageDay is what was held on one day.
type UsageDay struct {
	Day    string // 23 Nov 2026
	Stored string // on average: 58.1 GB
	Files  int64
	GBDays string
	Rate   string // that was in force; empty: none
	Charge string
	InVain string // the charge of files that nobody fetched
}

var usagePeriods = []ui.Option{{Value: "7d", Label: "7 days"}, {Value: "30d", Label: "30 days"}, {Value: "90d", Label: "90 days"}, {Value: "month", Label: "This month"}}

// period names the period in the middle of a sentence.
func (in UsageProps) period() string {
	if in.Period == "month" {
		return "this month"
	}
	return "last " + optionLabel(usagePeriods, in.Period)
}

func (in UsageProps) here() string {
	if in.Unit == nil {
		return path.AllUsage()
	}
	return path.Usage(in.Unit.Slug)
}

func (in UsageProps) export() string {
	if in.Unit == nil {
		return path.Over(path.AllUsageExport(), in.Period)
	}
	return path.Over(path.UsageExport(in.Unit.Slug), in.Period)
}

// amount is an amount, or a dash where there is none.
func amount(text string) string {
	if text == "" {
		return "—"
	}
	return text
}
