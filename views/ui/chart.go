package ui

import (
	"math"
	"strconv"
	"strings"
)

// Line is one line of a chart: a value for each point, in the order of the chart's points. The first line is drawn solid
// over its area, the second dashed, so that they differ without colour.
type Line struct {
	Name   string
	Values []float64
}

// Point is one place on the horizontal axis. Tip says in words what the lines show there; Label, where not empty, stands
// below the axis.
type Point struct {
	Label string
	Tip   string
}

// Chart is a line chart over points that are equally far apart. Labelled names the element that is its title; Summary
// says what a person would see in it. The same values stand in a table beside it.
type Chart struct {
	Labelled string
	Summary  string
	Points   []Point
	Lines    []Line
}

// The drawing's own measures, in its own units.
const (
	chartWidth, chartHeight = 900.0, 220.0
	chartLeft, chartRight   = 64.0, 882.0
	chartTop, chartBottom   = 20.0, 192.0
	chartSteps              = 4
)

// axis gives the values at the chart's horizontal lines: steps of 1, 2 or 5 times a power of ten that reach over the
// largest value.
func (c Chart) axis() []float64 {
	top := 0.0
	for _, line := range c.Lines {
		for _, v := range line.Values {
			top = max(top, v)
		}
	}
	step := niceStep(top / chartSteps)
	marks := []float64{0}
	for len(marks) == 1 || marks[len(marks)-1] < top {
		marks = append(marks, float64(len(marks))*step)
	}
	return marks
}

// niceStep rounds a step up to 1, 2 or 5 times a power of ten.
func niceStep(least float64) float64 {
	if least <= 0 {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(least)))
	for _, factor := range []float64{1, 2, 5} {
		if factor*power >= least {
			return factor * power
		}
	}
	return 10 * power
}

func (c Chart) top() float64 {
	marks := c.axis()
	return marks[len(marks)-1]
}

func (c Chart) x(i int) float64 {
	if len(c.Points) < 2 {
		return (chartLeft + chartRight) / 2
	}
	return chartLeft + (chartRight-chartLeft)*float64(i)/float64(len(c.Points)-1)
}

func (c Chart) y(value float64) float64 {
	return chartBottom - (chartBottom-chartTop)*value/c.top()
}

// step is how wide the place of a point is.
func (c Chart) step() float64 { return (chartRight - chartLeft) / float64(max(1, len(c.Points)-1)) }

// path draws a line through its values.
func (c Chart) path(line Line) string {
	var b strings.Builder
	for i, v := range line.Values {
		b.WriteString(map[bool]string{true: "M", false: "L"}[i == 0])
		b.WriteString(place(c.x(i)) + " " + place(c.y(v)))
	}
	return b.String()
}

// area draws what lies below a line.
func (c Chart) area(line Line) string {
	if len(line.Values) == 0 {
		return ""
	}
	bottom := place(chartBottom)
	return c.path(line) + "L" + place(c.x(len(line.Values)-1)) + " " + bottom + "L" + place(c.x(0)) + " " + bottom + "Z"
}

// place writes a coordinate to a tenth.
func place(v float64) string { return strconv.FormatFloat(v, 'f', 1, 64) }

// mark writes a value of the axis as short as it can be told apart.
func mark(v float64) string {
	text := strconv.FormatFloat(v, 'f', -1, 64)
	if v >= 1000 && v == math.Trunc(v) && v < 1e15 {
		return Count(int64(v))
	}
	if len(text) > 8 {
		return strconv.FormatFloat(v, 'g', 2, 64)
	}
	return text
}
