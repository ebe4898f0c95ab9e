package web

import (
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"seaportal/handlers"
	"seaportal/internal/account"
	"seaportal/internal/clock"
	"seaportal/internal/session"
	"seaportal/internal/store/storetest"
)

func bareDeps(t *testing.T) Deps {
	t.Helper()
	s := storetest.Open(t)
	accounts, err := account.New(s)
	if err != nil {
		t.Fatal(err)
	}
	sessions := session.New(s, false)
	services := handlers.Services{Accounts: accounts, Sessions: sessions, Life: clock.Real}
	return Deps{Handlers: handlers.New(services), Accounts: accounts, Sessions: sessions, Log: slog.New(slog.DiscardHandler)}
}

func TestEveryRouteStandsOnTheTableWithItsAccess(t *testing.T) {
	t.Parallel()
	deps := bareDeps(t)
	declared := map[string]bool{}
	for _, r := range table(deps, newMetrics(nil)) {
		declared[r.method+" "+r.path] = true
		switch r.access {
		case bare, anyone:
			if r.ofUnit() {
				t.Errorf("%s %s is open to anyone", r.method, r.path)
			}
		case view:
			if r.method != http.MethodGet {
				t.Errorf("%s %s changes something and asks for View only", r.method, r.path)
			}
		case seaEdit, rulesEdit, administer:
		default:
			t.Errorf("%s %s declares %q", r.method, r.path, r.access)
		}
	}
	for _, r := range New(deps).Routes() {
		if strings.Contains(r.Name, "echo_route_not_found") {
			continue
		}
		method := r.Method
		if method == http.MethodHead {
			method = http.MethodGet
		}
		if !declared[method+" "+r.Path] {
			t.Errorf("%s %s does not stand on the table", r.Method, r.Path)
		}
	}
}

func TestARouteWithoutAccessIsClosed(t *testing.T) {
	t.Parallel()
	deps := bareDeps(t)
	g := guard{accounts: deps.Accounts, sessions: deps.Sessions, units: &deps.Handlers.Units}
	handler := g.protect(route{method: http.MethodGet, path: "/x", handler: func(echo.Context) error { return nil }})
	if handler(nil) == nil {
		t.Error("it is open")
	}
}
