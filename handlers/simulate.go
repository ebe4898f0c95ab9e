package handlers

import (
	"net/http"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"seaportal/internal/rulebook"
	"seaportal/views"
	"seaportal/views/layout"
)

// Simulate shows what the rules that are on would place in the next 30 days.
func (h *Rules) Simulate(c echo.Context) error {
	ctx, unit, shown := ofUnit(c)
	sim, err := h.rules.Simulate(ctx, unit)
	if err != nil {
		return err
	}
	in := views.SimulateProps{
		Unit: shown, Blocked: sim.Blocked, Partial: sim.Partial, Limit: sim.Limit, Later: sim.Later,
		Rules: make([]views.SimulatedRule, len(sim.Rules)),
	}
	for i, r := range sim.Rules {
		in.Rules[i] = simulatedRule(r, r.Total())
	}
	for d, day := range sim.Days {
		shownDay := views.SimulatedDay{Day: day, Backlog: sim.Backlog[d].Files}
		for _, r := range sim.Rules {
			if r.Days[d].Files > 0 {
				shownDay.Placed = append(shownDay.Placed, simulatedRule(r, r.Days[d]))
			}
		}
		if len(shownDay.Placed) > 0 || shownDay.Backlog > 0 {
			in.Days = append(in.Days, shownDay)
		}
	}
	in.Chart = views.SimulationChart(in.Rules, sim.Days, func(rule, day int) (files, bytes int64) {
		placed := sim.Rules[rule].Days[day]
		return placed.Files, placed.Bytes
	})
	return h.show(c, http.StatusOK, func(p layout.Page) templ.Component { return views.Simulate(p, in) })
}

func simulatedRule(r rulebook.SimulatedRule, t rulebook.Tally) views.SimulatedRule {
	return views.SimulatedRule{ID: r.ID, Name: r.Name, Action: r.Action, Claims: r.Claims, Files: t.Files, Bytes: t.Bytes}
}
