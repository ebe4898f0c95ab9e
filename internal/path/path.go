// Package path owns the portal's URLs: one function for every place that a page links to, posts to or redirects to.
// It refuses to know routes, handlers or requests: a function takes slugs and ids and answers an absolute path. Every
// part that comes from data is escaped, so a hostile slug or token cannot leave its segment.
package path

import (
	"net/url"
	"strconv"
)

// Home is the overview across all business units.
func Home() string { return "/" }

// SignIn is the sign-in form and what it posts to.
func SignIn() string { return "/sign-in" }

// SignInThen is the sign-in form that comes back to next, a path of this portal, once the person is signed in.
func SignInThen(next string) string { return "/sign-in?" + url.Values{"next": {next}}.Encode() }

// SignOut ends the session; POST only.
func SignOut() string { return "/sign-out" }

// SetUp is the one-time form that makes the first administrator.
func SetUp(token string) string { return "/set-up/" + segment(token) }

// System tells how the installation is doing.
func System() string { return "/system" }

// Rights tells of the portal's own rights where others run S3, and tries them by POST.
func Rights() string { return "/system/rights" }

// History is the audit list of every unit that one may see.
func History() string { return "/history" }

// AllUsage is what every unit holds and what that costs.
func AllUsage() string { return "/usage" }

// AllUsageExport is the same as a CSV file.
func AllUsageExport() string { return "/usage.csv" }

// AllUnfetched is the report of files that are deleted soon and that nobody has fetched.
func AllUnfetched() string { return "/unfetched" }

// AllUnfetchedExport is the same as a CSV file.
func AllUnfetchedExport() string { return "/unfetched.csv" }

// PortalSettings is what holds for the whole portal.
func PortalSettings() string { return "/settings" }

// Rates takes a new storage rate; POST only.
func Rates() string { return "/settings/rates" }

// WithdrawRate takes back a rate that has not begun; POST only.
func WithdrawRate(id int64) string { return "/settings/rates/" + number(id) + "/withdraw" }

// Over is a page of usage for a period: 7d, 30d, 90d or month.
func Over(usage, period string) string { return usage + "?" + url.Values{"period": {period}}.Encode() }

// BusinessUnits lists the units, and creates one by POST.
func BusinessUnits() string { return "/business-units" }

// NewBusinessUnit is the form for a unit.
func NewBusinessUnit() string { return "/business-units/new" }

// BusinessUnit is a unit's overview.
func BusinessUnit(slug string) string { return unit(slug) }

// Enable assigns the unit's location; POST only.
func Enable(slug string) string { return unit(slug, "enable") }

// Disable stops external access; POST only.
func Disable(slug string) string { return unit(slug, "disable") }

// Run scans and places now; POST only.
func Run(slug string) string { return unit(slug, "run") }

// Settings is the unit's settings page, and changes them by POST.
func Settings(slug string) string { return unit(slug, "settings") }

// UnitHistory is the audit list of one unit.
func UnitHistory(slug string) string { return unit(slug, "history") }

// Usage is what the unit's files hold and what that costs.
func Usage(slug string) string { return unit(slug, "usage") }

// UsageExport is the same as a CSV file.
func UsageExport(slug string) string { return unit(slug, "usage.csv") }

// Shared is the partner's page behind a share link: no account is needed there.
func Shared(token string) string { return "/d/" + segment(token) }

// SharedDownload is where the bytes behind a share link come from, once its button gave a ticket.
func SharedDownload(token, ticket string) string { return Shared(token) + "/" + segment(ticket) }

func unit(slug string, rest ...string) string {
	p := "/business-units/" + segment(slug)
	for _, r := range rest {
		p += "/" + segment(r)
	}
	return p
}

func segment(s string) string { return url.PathEscape(s) }

func number(id int64) string { return strconv.FormatInt(id, 10) }
