package handlers

import (
	"github.com/labstack/echo/v4"

	"seaportal/views"
)

// Problem is what a person is told of a request that did not end as it should.
type Problem struct {
	Title     string
	Message   string
	Reference string // of the request in the log; empty: nothing was logged
	Back      string // where to go on from; empty: the overview
}

// Problems shows requests that did not end as they should.
type Problems struct{ frame }

// Show answers with a problem: a whole page, or for htmx the part that goes
// where the page's messages go.
func (h *Problems) Show(c echo.Context, status int, problem Problem) error {
	in := views.ProblemProps(problem)
	if partial(c) {
		c.Response().Header().Set("HX-Retarget", "#problem")
		c.Response().Header().Set("HX-Reswap", "innerHTML")
		return render(c, status, views.ProblemPart(in))
	}
	return render(c, status, views.Problem(h.page(c), in))
}
