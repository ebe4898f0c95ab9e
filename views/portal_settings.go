package views

import (
	"strconv"

	"github.com/a-h/templ"
)

func (r RateRow) id() string { return strconv.FormatInt(r.ID, 10) }

func (in PortalSettingsProps) fromHint() string {
	if in.Earliest == "" {
		return "The first rate may begin on any day, also in the past: nothing was charged before."
	}
	return "Tomorrow or later: a new rate never changes what a day costs that has begun."
}

// fromLimit keeps the browser's calendar to the days that the server takes.
func (in PortalSettingsProps) fromLimit() templ.Attributes {
	if in.Earliest == "" {
		return nil
	}
	return templ.Attributes{"min": in.Earliest}
}
