package app

import (
	"seaportal/handlers"
	"seaportal/internal/clock"
	"seaportal/internal/credential/bundle"
	"seaportal/internal/history"
)

// handlers gives the screens their operations. A portal whose URL was not
// configured makes absolute links of the host that a request came to.
func (a *App) handlers() *handlers.Handlers {
	o := &a.operations
	return handlers.New(handlers.Services{
		Accounts: o.accounts, Sessions: o.sessions, Units: o.units, Credentials: o.credentials, Bundles: o.bundles,
		Rules: o.rules, Files: o.engine, Links: o.links, History: &history.Log{Store: o.store},
		Usage: o.usage, Receipts: o.receipts, Manifests: o.manifests, Keys: o.keys,
		Life: clock.Shifted(a.cfg.ClockOffset), Endpoint: a.storage.public, Region: a.storage.region, Amazon: bundle.Amazon(a.storage.public),
		Authority: a.authority(), PublicURL: publicURL(a.cfg.PublicURL, ""), Secure: a.secure(), Installation: a.installation(),
	})
}
