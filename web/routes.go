package web

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"seaportal/internal/account"
	"seaportal/static"
)

// access is what a route asks for: a permission, or one of the constants here.
type access string

const (
	// bare asks for nothing and does not even look who is signed in.
	bare access = "bare"
	// anyone is open to whoever comes, signed in or not.
	anyone access = "anyone"

	view       = access(account.View)
	seaEdit    = access(account.SEAEdit)
	rulesEdit  = access(account.LifeCycleEdit)
	administer = access(account.Administer)
)

// route is one line of the table. Patient routes may take as long as their
// operation, which has a limit of its own.
type route struct {
	method  string
	path    string
	access  access
	handler echo.HandlerFunc
	patient bool
}

// ofUnit tells whether the route lies below a business unit, which is then
// looked up first.
func (r route) ofUnit() bool { return strings.HasPrefix(r.path, unit) }

const unit = "/business-units/:slug"

func get(path string, access access, handler echo.HandlerFunc) route {
	return route{method: http.MethodGet, path: path, access: access, handler: handler}
}

func post(path string, access access, handler echo.HandlerFunc) route {
	return route{method: http.MethodPost, path: path, access: access, handler: handler}
}

func slow(r route) route {
	r.patient = true
	return r
}

// table is every route of the portal, by screen. A run is part of managing
// life cycles, a deletion or a retry of what is in SEA part of external access.
func table(deps Deps, m metrics) []route {
	h := deps.Handlers
	return []route{
		// Operation
		get("/livez", bare, live),
		get("/readyz", bare, ready(deps.Ready)),
		get("/metrics", bare, m.show()),
		get("/static/*", bare, echo.WrapHandler(static.Handler())),
		get("/.well-known/sea-manifest-key", bare, h.Manifests.Key),

		// Signing in and out, the first account
		get("/sign-in", anyone, h.SignIn.New),
		post("/sign-in", anyone, h.SignIn.Create),
		post("/sign-out", anyone, h.SignIn.Delete),
		get("/set-up/:token", anyone, h.SetUp.New),
		post("/set-up/:token", anyone, h.SetUp.Create),
		post("/me/theme", anyone, h.Theme.Update),

		// Across units
		get("/", view, h.Units.Home),
		get("/history", view, h.History.List),
		get("/usage", view, h.Usage.List),
		slow(get("/usage.csv", view, h.Usage.Export)),
		get("/unfetched", view, h.Unfetched.List),
		slow(get("/unfetched.csv", view, h.Unfetched.Export)),
		get("/settings", administer, h.Rates.Show),
		post("/settings/rates", administer, h.Rates.Create),
		post("/settings/rates/:id/withdraw", administer, h.Rates.Withdraw),
		get("/system", administer, h.System.Show),
		get("/system/rights", administer, h.System.AskRights),
		slow(post("/system/rights", administer, h.System.TryRights)),
		get("/business-units", view, h.Units.List),
		post("/business-units", administer, h.Units.Create),
		get("/business-units/new", administer, h.Units.New),

		// A unit
		get(unit, view, h.Units.Show),
		slow(post(unit+"/enable", seaEdit, h.Units.Enable)),
		slow(post(unit+"/disable", seaEdit, h.Units.Disable)),
		post(unit+"/run", rulesEdit, h.Units.Run),
		get(unit+"/settings", view, h.Units.Settings),
		post(unit+"/settings", seaEdit, h.Units.Configure),
		post(unit+"/settings/addresses", seaEdit, h.Units.AllowAddresses),
		get(unit+"/settings/encryption", view, h.Encryption.Show),
		post(unit+"/settings/encryption", seaEdit, h.Encryption.Choose),
		get(unit+"/settings/encryption/disable", view, h.Encryption.AskDisable),
		post(unit+"/settings/encryption/disable", seaEdit, h.Encryption.Disable),
		post(unit+"/settings/encryption/enable", seaEdit, h.Encryption.Enable),
		get(unit+"/strangers", view, h.Units.Strangers),
		get(unit+"/history", view, h.History.Unit),
		get(unit+"/usage", view, h.Usage.Unit),
		slow(get(unit+"/usage.csv", view, h.Usage.ExportUnit)),

		// Credentials
		get(unit+"/credentials", view, h.Credentials.Show),
		slow(post(unit+"/credentials", seaEdit, h.Credentials.Create)),
		get(unit+"/credentials/regenerate", view, h.Credentials.AskRegenerate),
		slow(post(unit+"/credentials/regenerate", seaEdit, h.Credentials.Regenerate)),
		get(unit+"/credentials/revoke", view, h.Credentials.AskRevoke),
		slow(post(unit+"/credentials/revoke", seaEdit, h.Credentials.Revoke)),
		post(unit+"/credentials/acknowledge", seaEdit, h.Credentials.Acknowledge),
		post(unit+"/credentials/bundle", seaEdit, h.Credentials.Bundle),
		get(unit+"/connect", view, h.Connect.Show),
		get(unit+"/connect/:client", view, h.Connect.Client),
		get(unit+"/credentials/progress", view, h.Credentials.Progress),
		get(unit+"/credentials/test", view, h.Credentials.AskTest),
		post(unit+"/credentials/test", seaEdit, h.Credentials.Test),

		// Rules
		get(unit+"/rules", view, h.Rules.List),
		post(unit+"/rules", rulesEdit, h.Rules.Create),
		get(unit+"/rules/new", rulesEdit, h.Rules.New),
		post(unit+"/rules/preview", rulesEdit, h.Rules.Preview),
		get(unit+"/rules/:id", view, h.Rules.Show),
		post(unit+"/rules/:id", rulesEdit, h.Rules.Update),
		get(unit+"/rules/:id/versions", view, h.Rules.Versions),
		get(unit+"/rules/:id/edit", rulesEdit, h.Rules.Edit),
		post(unit+"/rules/:id/pause", rulesEdit, h.Rules.Pause),
		post(unit+"/rules/:id/resume", rulesEdit, h.Rules.Resume),
		post(unit+"/rules/:id/raise", rulesEdit, h.Rules.Raise),
		get(unit+"/rules/:id/delete", rulesEdit, h.Rules.AskDelete),
		post(unit+"/rules/:id/delete", rulesEdit, h.Rules.Delete),
		get(unit+"/simulate", view, h.Rules.Simulate),

		// Files
		get(unit+"/files", view, h.Files.List),
		get(unit+"/files/delete", view, h.Files.AskDelete),
		slow(post(unit+"/files/delete", seaEdit, h.Files.Delete)),
		slow(post(unit+"/files/retry-failed", seaEdit, h.Files.RetryFailed)),
		slow(get(unit+"/files/zip", view, h.Files.ZIP)),
		slow(get(unit+"/files/manifest", view, h.Manifests.Create)),
		get(unit+"/files/:id", view, h.Files.Show),
		get(unit+"/files/:id/download", view, h.Files.Download),
		post(unit+"/files/:id/retry", seaEdit, h.Files.Retry),
		post(unit+"/files/:id/hold", seaEdit, h.Files.Hold),
		post(unit+"/files/:id/release", seaEdit, h.Files.Release),
		get(unit+"/unfetched", view, h.Unfetched.Unit),
		slow(get(unit+"/unfetched.csv", view, h.Unfetched.ExportUnit)),
		get(unit+"/catalogue", view, h.Files.Catalogue),
		get(unit+"/catalogue/:id", view, h.Files.Why),

		// Share links and presigned URLs
		get(unit+"/files/links", view, h.Links.New),
		post(unit+"/files/links", seaEdit, h.Links.Create),
		get(unit+"/links", view, h.Links.List),
		get(unit+"/links/revoke", view, h.Links.AskRevokeAll),
		post(unit+"/links/revoke", seaEdit, h.Links.RevokeAll),
		get(unit+"/links/:id", view, h.Links.Show),
		post(unit+"/links/:id/extend", seaEdit, h.Links.Extend),
		get(unit+"/links/:id/revoke", view, h.Links.AskRevoke),
		post(unit+"/links/:id/revoke", seaEdit, h.Links.Revoke),
		get(unit+"/files/:id/presigned", view, h.Links.AskPresigned),
		post(unit+"/files/:id/presigned", seaEdit, h.Links.CreatePresigned),
		get("/d/:token", anyone, h.Partner.Show),
		post("/d/:token", anyone, h.Partner.Redeem),
		slow(get("/d/:token/:ticket", anyone, h.Partner.Fetch)),
	}
}
