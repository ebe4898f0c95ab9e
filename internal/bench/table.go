package bench

import (
	"fmt"
	"io"
	"time"
)

// The heads of the two tables, in Markdown.
const (
	placingHead = `| action | in flight | bare loop, files/s | engine, files/s | engine ÷ bare | least to most |
|---|--:|--:|--:|--:|--:|
`
	growthHead = `| files | catalogue, µs a file | place, µs a file | bare copy, µs a file | listing, µs a file | scan unchanged, µs a file | scan ÷ listing | least to most | peak memory placing, MiB | scanning, MiB |
|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|
`
)

// PlacingTable writes the head of a table and gives what writes its lines.
func PlacingTable(w io.Writer) (func(Placing) error, error) {
	_, err := io.WriteString(w, placingHead)
	return func(p Placing) error {
		ratio := p.Ratio()
		_, err := fmt.Fprintf(w, "| %s | %d | %s | %s | %.2f | %.2f to %.2f |\n", p.Action, p.InFlight,
			perSecond(p.Files, p.Bare), perSecond(p.Files, p.Engine), ratio.Median, ratio.Least, ratio.Most)
		return err
	}, err
}

// GrowthTable writes the head of a table and gives what writes its lines.
func GrowthTable(w io.Writer) (func(Growth) error, error) {
	_, err := io.WriteString(w, growthHead)
	return func(g Growth) error {
		ratio := g.Ratio()
		_, err := fmt.Fprintf(w, "| %d | %.0f | %.0f | %.0f | %.1f | %.1f | %.2f | %.2f to %.2f | %s | %s |\n", g.Files,
			g.catalogueCost(), g.placeCost(), g.copyCost(), g.listCost(), g.scanCost(),
			ratio.Median, ratio.Least, ratio.Most, mebibytes(g.PlaceRSS), mebibytes(g.ScanRSS))
		return err
	}, err
}

// perSecond is the files a second in the median round, to three digits.
func perSecond(files int, rounds []time.Duration) string {
	rate := float64(files) / median(rounds).Seconds()
	if rate < 100 {
		return fmt.Sprintf("%.1f", rate)
	}
	return fmt.Sprintf("%.0f", rate)
}

// The costs are microseconds a file.
func (g Growth) catalogueCost() float64 { return each(g.Catalogue, g.Added) }
func (g Growth) placeCost() float64     { return each(g.Place, g.Added) }
func (g Growth) copyCost() float64      { return each(g.Copy, g.Copied) }
func (g Growth) listCost() float64      { return each(median(g.List), g.Files) }
func (g Growth) scanCost() float64      { return each(median(g.Scan), g.Files) }

func each(took time.Duration, files int) float64 {
	return float64(took.Nanoseconds()) / 1e3 / float64(files)
}

func median(rounds []time.Duration) time.Duration {
	values := make([]float64, len(rounds))
	for i, took := range rounds {
		values[i] = float64(took)
	}
	return time.Duration(spreadOf(values).Median)
}

func mebibytes(size int64) string {
	if size == 0 {
		return "unknown"
	}
	return fmt.Sprintf("%.0f", float64(size)/(1<<20))
}
