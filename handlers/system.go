package handlers

import (
	"context"
	"net/http"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"seaportal/views"
	"seaportal/views/layout"
	"seaportal/views/ui"
)

// Installation is what the wiring knows of itself and the System page shows.
// Checks and Runs may be nil.
type Installation struct {
	Version      string
	Capabilities []Capability
	// Checks look at the installation as it is now.
	Checks func(context.Context) []Check
	// Runs are the newest runs of periodic jobs.
	Runs func(context.Context) ([]Run, error)
	// Warnings stand on every page.
	Warnings []Warning
}

// Capability is something that the object store was asked about at start, and
// what it means for the portal.
type Capability struct {
	Name string
	Has  bool
	Text string
}

// Check is one part of the installation. Fix says what to do where it is not
// well.
type Check struct {
	Name, Value string
	Well        bool
	Fix         string
}

// Run is one run of a periodic job.
type Run struct {
	Job, Unit string
	Started   time.Time
	Took      time.Duration
	Result    string
	Failed    bool
}

// Warning is something about the installation that everyone should know.
type Warning struct{ Title, Text string }

// System shows how the installation is doing.
type System struct {
	frame
	installation Installation
}

// Show is the System page.
func (h *System) Show(c echo.Context) error {
	ctx := c.Request().Context()
	in := views.SystemProps{Version: h.installation.Version}
	for _, can := range h.installation.Capabilities {
		in.Capabilities = append(in.Capabilities, views.Capability(can))
	}
	if h.installation.Checks != nil {
		for _, check := range h.installation.Checks(ctx) {
			in.Health = append(in.Health, views.HealthRow{
				Name: check.Name, Value: check.Value, State: wellness(check.Well), Fix: check.Fix,
			})
		}
	}
	if h.installation.Runs != nil {
		runs, err := h.installation.Runs(ctx)
		if err != nil {
			return err
		}
		for _, run := range runs {
			in.Runs = append(in.Runs, views.RunRow{
				Job: run.Job, Unit: run.Unit, Started: run.Started, Took: run.Took,
				Result: run.Result, Failed: run.Failed,
			})
		}
	}
	return h.show(c, http.StatusOK, func(p layout.Page) templ.Component { return views.System(p, in) })
}

func wellness(well bool) ui.Fact {
	if well {
		return ui.Fact{Tone: ui.ToneOK, Word: "Well"}
	}
	return ui.Fact{Tone: ui.ToneBad, Word: "Look at this"}
}
