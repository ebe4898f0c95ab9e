// Package layout owns what stands around every screen: the document's head, the sidebar, the unit's heading and tabs, and
// the plain frame of pages without an account. It refuses to know what a screen shows: a screen hands its body as children.
package layout

import (
	"time"

	"seaportal/views/ui"
)

// Page is what every screen needs to know of the request that it answers. Handlers build it in one place. Its zero value
// is a page for somebody who is not signed in, in the theme of their system.
type Page struct {
	Actor    Actor
	Path     string    // of the request: marks the current place in the sidebar
	Theme    string    // light or dark, from the cookie theme; any other value leaves it to the system
	Density  string    // compact, from the cookie density; any other value is the normal one
	Now      time.Time // real time, for what happened: sign-ins, credentials, history
	LifeNow  time.Time // the life cycle's time, for placements and deletions; Now where it is not set
	Flash    Flash
	Warnings []Warning // of the installation, on every page
	May      Permissions
}

// Actor is who is signed in. An empty Email is nobody.
type Actor struct {
	Email string
	Name  string
	Role  string // as shown: Administrator, Viewer
}

// Permissions is what the actor may change in the business unit that the page shows.
type Permissions struct {
	Access  bool // Secure External Access Edit: units, credentials, deletions, links
	Rules   bool // Life Cycle Management Edit: rules and runs
	Operate bool // make business units
}

// DeniedAccess is what a control says whose actor lacks Secure External Access Edit, and is empty for one who has it.
func (p Page) DeniedAccess() string {
	if p.May.Access {
		return ""
	}
	return "You need the permission Secure External Access Edit."
}

// DeniedRules is the same for Life Cycle Management Edit.
func (p Page) DeniedRules() string {
	if p.May.Rules {
		return ""
	}
	return "You need the permission Life Cycle Management Edit."
}

// DeniedOperate is the same for administration.
func (p Page) DeniedOperate() string {
	if p.May.Operate {
		return ""
	}
	return "You need the permission Administration."
}

// Life is the time that deletions are counted from.
func (p Page) Life() time.Time {
	if p.LifeNow.IsZero() {
		return p.Now
	}
	return p.LifeNow
}

func (p Page) theme() string {
	if p.Theme == "light" || p.Theme == "dark" {
		return p.Theme
	}
	return ""
}

func (p Page) density() string {
	if p.Density == "compact" {
		return p.Density
	}
	return ""
}

// Flash is what the previous request did, said once on the page that follows it.
type Flash struct {
	Tone ui.Tone
	Text string
}

// Warning is something about the installation that everyone should know.
type Warning struct {
	Title string
	Text  string
}

// Frame is what a screen tells the frame around it.
type Frame struct {
	Title     string // of the document, before the product's name
	Heading   string // the H1; Title where empty
	Crumbs    []Crumb
	Badge     ui.Fact
	Sub       string // small text behind the heading
	Live      bool   // the screen refreshes parts of itself: load htmx
	Sensitive bool   // the screen shows a secret: nothing of it may stay in the browser
	tabbed    bool   // tabs stand below the heading
	SafePath  string // what the address bar shows instead, so that going back asks for no resubmission
}

func (f Frame) heading() string {
	if f.Heading == "" {
		return f.Title
	}
	return f.Heading
}

// Crumb is one step of the way to a page.
type Crumb struct {
	Label string
	Href  string
}

// Unit is the business unit that a screen belongs to.
type Unit struct {
	Slug   string
	Name   string
	Region string
	State  string // off, enabling, enabled or disabling
	Left   *Left  // nil unless it is off and was enabled before
}

// Left is what a unit still has whose external access was disabled.
type Left struct {
	Since       time.Time // when that was; zero: nobody knows
	Files       int64     // in SEA
	Held        int64     // of those, on hold
	LastDeleted time.Time // when the last of the others is deleted as planned; zero: there is none
}

// Enabled tells whether the unit has external access now.
func (u Unit) Enabled() bool { return u.State == "enabled" }

func (u Unit) badge() ui.Fact {
	switch u.State {
	case "enabled":
		return ui.Fact{Tone: ui.ToneOK, Word: "Enabled"}
	case "enabling":
		return ui.Fact{Tone: ui.ToneInfo, Word: "Being enabled"}
	case "disabling":
		return ui.Fact{Tone: ui.ToneInfo, Word: "Being disabled"}
	}
	return ui.Fact{Word: "SEA off"}
}

func (u Unit) sub() string {
	if u.Region == "" {
		return u.Slug
	}
	return u.Slug + " · " + u.Region
}
