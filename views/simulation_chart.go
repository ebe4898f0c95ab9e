package views

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"seaportal/views/ui"
)

// SimulationChart makes the chart of a simulation: the rules with most files by name, the others together. placed gives what
// a rule places on a day, by their places in rules and days.
func SimulationChart(rules []SimulatedRule, days []time.Time, placed func(rule, day int) (files, bytes int64)) ui.Bars {
	chart := ui.Bars{ID: "simulation", Label: "Files placed by rule and day; the table by day has the numbers"}
	order := make([]int, len(rules)) // places in rules, by series
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(rules[b].Files, rules[a].Files) })
	for i, at := range order {
		switch {
		case len(rules) <= ui.BarSeries || i < ui.BarSeries-1:
			chart.Series = append(chart.Series, ui.Visible(rules[at].Name))
		case i == ui.BarSeries-1:
			chart.Series = append(chart.Series, strconv.Itoa(len(rules)-i)+" other rules")
		}
	}
	for d, day := range days {
		column := ui.BarColumn{Name: day.Format("2 Jan"), Values: make([]int64, len(chart.Series)), Tips: make([]string, len(chart.Series))}
		sizes := make([]int64, len(chart.Series))
		for i, at := range order {
			files, bytes := placed(at, d)
			series := min(i, len(chart.Series)-1)
			column.Values[series] += files
			sizes[series] += bytes
		}
		for i, name := range chart.Series {
			column.Tips[i] = column.Name + ", " + name + ": " + ui.Plural(column.Values[i], "file", "files") + ", " + ui.Bytes(sizes[i])
		}
		chart.Columns = append(chart.Columns, column)
	}
	return chart
}
