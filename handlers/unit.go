package handlers

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"seaportal/internal/fault"
	"seaportal/models"
	"seaportal/views/layout"
)

// unknown is what every request hears for what does not exist or is not
// theirs: the two must not be told apart.
func unknown() error {
	return fault.New(fault.NotFound, "This page does not exist, or you may not see it.")
}

// Load finds the unit that the route names, for every route below it. What
// the unit owns is then looked up together with the unit.
func (h *Units) Load(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		unit, err := h.units.BySlug(c.Request().Context(), c.Param("slug"))
		if fault.Is(err, fault.NotFound) {
			return unknown()
		}
		if err != nil {
			return err
		}
		if unit.SEAState == models.SEAOff && unit.HasLocation() && c.Request().Method == http.MethodGet {
			left, err := h.left(c.Request().Context(), unit)
			if err != nil {
				return err
			}
			c.Set(leftKey, left)
		}
		c.Set(unitKey, unit)
		return next(c)
	}
}

// left tells what every page says of a unit whose SEA was disabled.
func (h *Units) left(ctx context.Context, unit models.BusinessUnit) (*layout.Left, error) {
	since, err := h.units.OffSince(ctx, unit)
	if err != nil {
		return nil, err
	}
	summary, err := h.files.Summary(ctx, unit)
	return &layout.Left{
		Since: since, Files: summary.ByState[models.PlacementPlaced].Files, Held: summary.Held,
		LastDeleted: when(summary.LastExpiry),
	}, err
}

// ofUnit gives what most handlers begin with: the context, the unit, and what
// screens show of it.
func ofUnit(c echo.Context) (context.Context, models.BusinessUnit, layout.Unit) {
	unit, _ := c.Get(unitKey).(models.BusinessUnit)
	left, _ := c.Get(leftKey).(*layout.Left)
	return c.Request().Context(), unit, layout.Unit{
		Slug: unit.Slug, Name: unit.Name, Region: unit.Region, State: string(unit.SEAState), Left: left,
	}
}
