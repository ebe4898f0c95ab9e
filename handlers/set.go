package handlers

import (
	"seaportal/internal/account"
	"seaportal/internal/businessunit"
	"seaportal/internal/clock"
	"seaportal/internal/credential"
	"seaportal/internal/history"
	"seaportal/internal/keys"
	"seaportal/internal/lifecycle"
	"seaportal/internal/link"
	"seaportal/internal/manifest"
	"seaportal/internal/receipt"
	"seaportal/internal/rulebook"
	"seaportal/internal/session"
	"seaportal/internal/usage"
	"seaportal/views"
	"seaportal/views/layout"
)

// Services is the operations that screens call, and what they show of the
// installation. Every service must be set.
type Services struct {
	Accounts    *account.Service
	Sessions    *session.Store
	Units       *businessunit.Service
	Credentials *credential.Service
	Bundles     *credential.Bundles
	Rules       *rulebook.Service
	Files       *lifecycle.Engine
	Links       *link.Service
	History     *history.Log
	Usage       *usage.Service
	Receipts    *receipt.Service
	Manifests   *manifest.Service
	Keys        *keys.Service
	// Life is the life cycle's clock.
	Life clock.Clock
	// Endpoint is the public URL of S3, Region its region; Amazon says that it
	// is Amazon's own.
	Endpoint, Region string
	Amazon           bool
	// Authority is the certificate (PEM) of the portal's own authority, which
	// clients of Endpoint have to trust; empty where any system trusts it.
	Authority string
	// PublicURL is how browsers reach the portal, where that is known: it
	// begins the links that people pass on. Empty means the request's host.
	PublicURL string
	// Secure says that browsers reach the portal by TLS only.
	Secure       bool
	Installation Installation
}

// Handlers is one value per noun, for the route table.
type Handlers struct {
	SignIn      SignIn
	SetUp       SetUp
	Theme       Theme
	Units       Units
	Encryption  Encryption
	Credentials Credentials
	Connect     Connect
	Rules       Rules
	Files       Files
	Links       Links
	Partner     Partner
	History     History
	Usage       Usage
	Unfetched   Unfetched
	Manifests   Manifests
	Rates       Rates
	System      System
	Problems    Problems
}

// New gives every handler its operations.
func New(s Services) *Handlers {
	f := frame{sessions: s.Sessions, life: s.Life, warnings: warnings(s)}
	connect := views.Connect{Endpoint: s.Endpoint, Region: s.Region, AWS: s.Amazon, Authority: s.Authority}
	origin := origin{public: s.PublicURL, secure: s.Secure}
	return &Handlers{
		SignIn:      SignIn{frame: f, accounts: s.Accounts},
		SetUp:       SetUp{frame: f, accounts: s.Accounts},
		Theme:       Theme{Secure: s.Secure},
		Units:       Units{frame: f, units: s.Units, credentials: s.Credentials, rules: s.Rules, files: s.Files},
		Encryption:  Encryption{frame: f, keys: s.Keys},
		Credentials: Credentials{frame: f, credentials: s.Credentials, bundles: s.Bundles, folder: folder{s.Files}, connect: connect},
		Connect:     Connect{frame: f, credentials: s.Credentials, folder: folder{s.Files}, endpoint: connect},
		Rules:       Rules{frame: f, rules: s.Rules, files: s.Files},
		Files:       Files{frame: f, files: s.Files, rules: s.Rules, links: s.Links, history: s.History, receipts: s.Receipts, keys: s.Keys},
		Links:       Links{frame: f, links: s.Links, files: s.Files, origin: origin},
		Partner:     Partner{frame: f, links: s.Links, origin: origin, targets: formTargets(s.Endpoint) + formTargets(s.PublicURL)},
		History:     History{frame: f, history: s.History, units: s.Units},
		Usage:       Usage{frame: f, usage: s.Usage},
		Unfetched:   Unfetched{frame: f, receipts: s.Receipts},
		Manifests:   Manifests{manifests: s.Manifests},
		Rates:       Rates{frame: f, usage: s.Usage},
		System:      System{frame: f, installation: s.Installation},
		Problems:    Problems{frame: f},
	}
}

// warnings are the installation's, and that of a clock that is not the real
// one.
func warnings(s Services) []layout.Warning {
	var all []layout.Warning
	if offset := s.Life.Offset(); offset != 0 {
		all = append(all, layout.Warning{
			Title: "The life cycle's clock is shifted by " + offset.String(),
			Text:  "Files become due and expire by it. This is for trials: unset SEA_CLOCK_OFFSET to end it.",
		})
	}
	for _, w := range s.Installation.Warnings {
		all = append(all, layout.Warning(w))
	}
	return all
}
