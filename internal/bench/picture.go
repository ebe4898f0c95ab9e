package bench

import (
	"fmt"
	"io"
	"math"
	"strings"
)

// The picture's measures, in its own units.
const (
	width, height = 760, 400
	left, right   = 70, 190 // room for the axis, and for the names of the lines
	top, bottom   = 50, 50
	nameGap       = 16 // least distance between two names
)

// line is one cost in the picture. Lines differ by dash and by name as well as
// by colour.
type line struct {
	name, class, dash string
	cost              func(Growth) float64
}

var lines = []line{
	{"place", "a", "", Growth.placeCost},
	{"bare copy", "e", "1 4", Growth.copyCost},
	{"catalogue", "b", "8 4", Growth.catalogueCost},
	{"scan unchanged", "c", "2 3", Growth.scanCost},
	{"bare listing", "d", "12 3 2 3", Growth.listCost},
}

const style = `<style>
text{font:13px system-ui,sans-serif;fill:#1f2430}.title{font-size:15px;font-weight:600}.axis{stroke:#8a90a0}.grid{stroke:#e3e6ec}
.a{stroke:#3b5bdb}.b{stroke:#b3261e}.c{stroke:#2b7a4b}.d{stroke:#7a4fb5}.e{stroke:#8a5a00}path{fill:none;stroke-width:2}circle{fill:#fff;stroke-width:2}rect{fill:#fff}
@media(prefers-color-scheme:dark){text{fill:#e6e8ee}rect,circle{fill:#15181f}.axis{stroke:#767d8f}.grid{stroke:#2a2f3a}
.a{stroke:#91a7ff}.b{stroke:#ff8a80}.c{stroke:#69d393}.d{stroke:#c8a6ff}.e{stroke:#ffc46b}}
</style>
`

// GrowthPicture draws the cost of a file against the number of files, both
// axes logarithmic: a cost that does not grow is a level line. It needs two
// points or more.
func GrowthPicture(w io.Writer, points []Growth) error {
	if len(points) < 2 {
		return fmt.Errorf("a picture of growth needs two sizes, not %d", len(points))
	}
	s := scaleOf(points)
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="Microseconds a file against the number of files">`+"\n", width, height)
	b.WriteString(style)
	fmt.Fprintf(&b, `<rect width="%d" height="%d"/><text class="title" x="%d" y="26">Cost of a file as a unit grows</text>`+"\n", width, height, left)
	s.axes(&b, points)
	last := math.Inf(-1)
	for _, l := range lines { // the most expensive first: names go down the side
		last = s.draw(&b, l, points, last)
	}
	b.WriteString("</svg>\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// scale maps files and microseconds to the picture.
type scale struct{ fewest, most, least, greatest float64 } // decimal logarithms

func scaleOf(points []Growth) scale {
	s := scale{
		fewest: math.Log10(float64(points[0].Files)), most: math.Log10(float64(points[len(points)-1].Files)),
		least: math.Inf(1), greatest: math.Inf(-1),
	}
	for _, point := range points {
		for _, l := range lines {
			cost := math.Log10(l.cost(point))
			s.least, s.greatest = min(s.least, math.Floor(cost)), max(s.greatest, math.Ceil(cost))
		}
	}
	return s
}

func (s scale) x(files float64) float64 {
	return left + (math.Log10(files)-s.fewest)/(s.most-s.fewest)*(width-left-right)
}

func (s scale) y(cost float64) float64 {
	return height - bottom - (math.Log10(cost)-s.least)/(s.greatest-s.least)*(height-top-bottom)
}

// axes draws the grid with its numbers.
func (s scale) axes(b *strings.Builder, points []Growth) {
	for power := s.least; power <= s.greatest; power++ {
		cost := math.Pow(10, power)
		fmt.Fprintf(b, `<line class="grid" x1="%d" x2="%d" y1="%.1f" y2="%.1f"/><text x="%d" y="%.1f" text-anchor="end">%g</text>`+"\n",
			left, width-right, s.y(cost), s.y(cost), left-8, s.y(cost)+4, cost)
	}
	for _, point := range points {
		x := s.x(float64(point.Files))
		fmt.Fprintf(b, `<line class="axis" x1="%.1f" x2="%.1f" y1="%d" y2="%d"/><text x="%.1f" y="%d" text-anchor="middle">%d</text>`+"\n",
			x, x, height-bottom, height-bottom+5, x, height-bottom+20, point.Files)
	}
	fmt.Fprintf(b, `<line class="axis" x1="%d" x2="%d" y1="%d" y2="%d"/><text x="%d" y="%d">files in the unit</text><text x="%d" y="%d" text-anchor="end">µs</text>`+"\n",
		left, width-right, height-bottom, height-bottom, left, height-10, left-8, top-16)
}

// draw adds a line and its name beside its end, below the last name, and gives
// where that is.
func (s scale) draw(b *strings.Builder, l line, points []Growth, lastName float64) float64 {
	var path, dots strings.Builder
	var x, y float64
	for i, point := range points {
		x, y = s.x(float64(point.Files)), s.y(l.cost(point))
		fmt.Fprintf(&path, "%s%.1f %.1f", map[bool]string{true: "M", false: "L"}[i == 0], x, y)
		fmt.Fprintf(&dots, `<circle class="%s" cx="%.1f" cy="%.1f" r="3.5"/>`, l.class, x, y)
	}
	at := max(y+4, lastName+nameGap)
	fmt.Fprintf(b, `<path class="%s" stroke-dasharray="%s" d="%s"/>%s<text x="%.1f" y="%.1f">%s, %.0f µs</text>`+"\n",
		l.class, l.dash, path.String(), dots.String(), x+12, at, l.name, l.cost(points[len(points)-1]))
	return at
}
