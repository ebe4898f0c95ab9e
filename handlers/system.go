package handlers

import (
	"context"
	"net/http"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"seaportal/internal/fault"
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
	// TryRights makes every call that the portal will make; nil where the storage
	// is its own.
	TryRights func(context.Context) (Rights, error)
	// Warnings stand on every page.
	Warnings []Warning
}

// Rights is what came of trying the portal's own rights. Missing is the policy
// that grants what it lacks, empty where that is nothing.
type Rights struct {
	Calls   []Call
	Missing string
}

// Call is a call that was tried. Outcome is granted, denied, unclear or untried.
type Call struct{ Right, On, Outcome, Said string }

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
	in := views.SystemProps{Version: h.installation.Version, Rights: h.installation.TryRights != nil}
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

// AskRights tells what trying the portal's own rights does.
func (h *System) AskRights(c echo.Context) error {
	if h.installation.TryRights == nil {
		return noRights()
	}
	return h.rights(c, views.RightsProps{})
}

// TryRights makes every call that the portal will make, and shows how each ended.
func (h *System) TryRights(c echo.Context) error {
	if h.installation.TryRights == nil {
		return noRights()
	}
	tried, err := h.installation.TryRights(c.Request().Context())
	if err != nil {
		return err
	}
	in := views.RightsProps{Done: true, Missing: tried.Missing}
	for _, call := range tried.Calls {
		in.Calls = append(in.Calls, views.RightsCall(call))
	}
	return h.rights(c, in)
}

func noRights() error {
	return fault.New(fault.NotFound, "The embedded storage is the portal's own: there are no rights to try.")
}

func (h *System) rights(c echo.Context, in views.RightsProps) error {
	return h.show(c, http.StatusOK, func(p layout.Page) templ.Component { return views.Rights(p, in) })
}

func wellness(well bool) ui.Fact {
	if well {
		return ui.Fact{Tone: ui.ToneOK, Word: "OK"}
	}
	return ui.Fact{Tone: ui.ToneBad, Word: "Look at this"}
}
