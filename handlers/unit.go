package handlers

import (
	"context"

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
		c.Set(unitKey, unit)
		return next(c)
	}
}

// ofUnit gives what most handlers begin with: the context, the unit, and what
// screens show of it.
func ofUnit(c echo.Context) (context.Context, models.BusinessUnit, layout.Unit) {
	unit, _ := c.Get(unitKey).(models.BusinessUnit)
	return c.Request().Context(), unit, layout.Unit{
		Slug: unit.Slug, Name: unit.Name, Region: unit.Region, State: string(unit.SEAState),
	}
}
