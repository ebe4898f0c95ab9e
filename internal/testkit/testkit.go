// Package testkit starts the real portal for tests: the wiring that the
// program uses, on free ports, over a directory that lives as long as the
// test, with people who sign in by HTTP and clients who speak S3. It has no
// back door: what it cannot do by a request or a command, it does not do. Only
// tests import it.
//
// The embedded S3 server allows one instance in a process. Start therefore
// waits until the portal of another test of the same binary has stopped: tests
// may be parallel, their portals are not. Tests that can share a portal are
// subtests of the one that started it.
package testkit

import (
	"context"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"seaportal/internal/app"
	"seaportal/internal/config"
)

// The people of every portal. Passwords are not secret: each portal's
// directory is gone with its test.
const (
	AdministratorEmail = "administrator@test.example"
	ViewerEmail        = "viewer@test.example"
	Password           = "a long pass phrase for tests"
)

const stopTime = 20 * time.Second

// one is the right to run a portal in this process.
var one sync.Mutex

// Portal is a running portal.
type Portal struct {
	Config config.Config
	URL    string // of the portal, without a slash at its end
	Output string // what the last start printed for the operator

	options app.Options
	app     *app.App
}

// Option changes how a portal starts.
type Option func(*config.Config, *app.Options)

// ClockOffset moves the life cycle's clock.
func ClockOffset(by time.Duration) Option {
	return func(c *config.Config, _ *app.Options) { c.ClockOffset = by }
}

// Database names another database than SQLite in the test's directory.
func Database(url string) Option {
	return func(c *config.Config, _ *app.Options) { c.Database = url }
}

// Demo fills the portal with samples.
func Demo() Option {
	return func(_ *config.Config, o *app.Options) { o.Demo = true }
}

// Log sends the portal's log somewhere; without it nobody reads it.
func Log(w io.Writer) Option {
	return func(_ *config.Config, o *app.Options) { o.Log = app.Logger(w, "debug") }
}

// Start starts a portal with an administrator and a viewer. It stops with the
// test.
func Start(t *testing.T, options ...Option) *Portal {
	t.Helper()
	p := &Portal{Config: Alone(t), options: app.Options{Log: slog.New(slog.DiscardHandler)}}
	p.apply(options)
	p.addPeople(t)
	p.start(t)
	t.Cleanup(func() { p.Stop(t) })
	return p
}

// Alone waits for the right to run a portal, holds it as long as the test
// lives, and gives the configuration of one on free ports. It is for tests of
// the start itself; all others call Start.
func Alone(t *testing.T) config.Config {
	t.Helper()
	dir := t.TempDir()
	one.Lock()
	t.Cleanup(one.Unlock)
	cfg, err := config.Default()
	if err != nil {
		t.Fatal(err)
	}
	cfg.DataDir, cfg.Listen, cfg.S3Listen = dir, "127.0.0.1:0", "127.0.0.1:0"
	return cfg
}

// Restart stops the portal and starts it again over the same directory, with
// other options if there are any. Sessions go on; the ports are others.
func (p *Portal) Restart(t *testing.T, options ...Option) {
	t.Helper()
	p.Stop(t)
	p.apply(options)
	p.start(t)
}

// Stop stops the portal; a second time does nothing.
func (p *Portal) Stop(t *testing.T) {
	t.Helper()
	if p.app == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), stopTime)
	defer cancel()
	if err := p.app.Stop(ctx); err != nil {
		t.Errorf("stop the portal: %v", err)
	}
	p.app = nil
}

// ReloadCertificates does what SIGHUP does.
func (p *Portal) ReloadCertificates() { p.app.ReloadCertificates() }

func (p *Portal) apply(options []Option) {
	for _, option := range options {
		option(&p.Config, &p.options)
	}
}

func (p *Portal) start(t *testing.T) {
	t.Helper()
	printed := &strings.Builder{}
	p.options.Stdout = printed
	started, err := app.Start(t.Context(), p.Config, p.options)
	if err != nil {
		t.Fatalf("start the portal: %v", err)
	}
	p.app, p.URL, p.Output = started, started.Addresses().Portal, printed.String()
}

func (p *Portal) addPeople(t *testing.T) {
	t.Helper()
	for _, u := range []app.NewUser{
		{Email: AdministratorEmail, Name: "Ada Administrator", Role: "administrator"},
		{Email: ViewerEmail, Name: "Vera Viewer", Role: "viewer"},
	} {
		if err := app.AddUser(t.Context(), p.Config, p.options.Log, u, Password); err != nil {
			t.Fatalf("add %s: %v", u.Email, err)
		}
	}
}
