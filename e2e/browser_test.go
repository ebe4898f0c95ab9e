package e2e

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

const clickWithin = 30 * time.Second

// browser is a person at a screen: real clicks and keys, and an ear for what the console complains about.
type browser struct {
	t    *testing.T
	base string
	ctx  context.Context

	mu         sync.Mutex
	complaints []string
}

// openBrowser starts Chromium with a fresh profile.
func openBrowser(t *testing.T, base string, more ...chromedp.ExecAllocatorOption) *browser {
	t.Helper()
	b := &browser{t: t, base: base}
	ctx, cancel := chromedp.NewContext(t.Context(), chromedp.WithListener(b.listen), chromedp.WithAllocatorOptions(append([]chromedp.ExecAllocatorOption{
		chromedp.ExecPath(chromium(t)), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WindowSize(1440, 900),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.WSURLReadTimeout(time.Minute),
	}, more...)...))
	t.Cleanup(cancel)
	b.ctx = ctx
	if err := chromedp.Do(ctx); err != nil { // the browser lives as long as the context of its first action
		t.Fatalf("start Chromium: %v", err)
	}
	return b
}

func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			return found
		}
	}
	lacking(t, needBrowser, "Chromium")
	return ""
}

// listen notes exceptions and what the console calls an error: a refused inline script or style is one.
func (b *browser) listen(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError && e.Entry.Source != log.EntrySourceNetwork {
			b.complaints = append(b.complaints, e.Entry.Text)
		}
	case *runtime.EventExceptionThrown:
		b.complaints = append(b.complaints, fmt.Sprintf("%s at %s:%d", e.ExceptionDetails.Text, e.ExceptionDetails.URL, e.ExceptionDetails.LineNumber))
	}
}

// wantQuiet fails the test when the console complained.
func (b *browser) wantQuiet() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, complaint := range b.complaints {
		b.t.Errorf("the browser's console: %s", complaint)
	}
	b.complaints = nil
}

// do runs steps in the browser, with a limit.
func (b *browser) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, clickWithin)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.t.Fatalf("%s: %v, at %s", what, err, b.where())
	}
}

// ask runs one action that has an answer.
func ask[T any](b *browser, what string, action chromedp.Action[T]) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, clickWithin)
	defer cancel()
	answer, err := chromedp.Run(ctx, action)
	if err != nil {
		b.t.Fatalf("%s: %v, at %s", what, err, b.where())
	}
	return answer
}

// where says what is in front of the person, for a failed test.
func (b *browser) where() string {
	ctx, cancel := context.WithTimeout(b.ctx, 2*time.Second)
	defer cancel()
	at, err := chromedp.Run(ctx, chromedp.Location())
	if err != nil {
		return err.Error()
	}
	text, err := chromedp.Run(ctx, chromedp.Text(chromedp.CSS("body")))
	if err != nil {
		return at
	}
	return at + "\n" + tail(strings.TrimSpace(text), 30)
}

func (b *browser) open(path string) {
	b.t.Helper()
	b.do("open "+path, chromedp.Navigate(b.base+path), chromedp.WaitVisible(chromedp.CSS("main")))
}

// back goes back in the history. A page out of the browser's cache may load itself anew, which ends the wait for the first load: what
// counts is where it settles.
func (b *browser) back() {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, clickWithin)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.NavigateBack()); err != nil && ctx.Err() != nil {
		b.t.Fatalf("go back: %v, at %s", err, b.where())
	}
	b.do("wait for the page", chromedp.WaitReady(chromedp.CSS("main")), chromedp.WaitVisible(chromedp.CSS("h1")))
}

// click clicks an element with real input, and waits for another to be visible.
func (b *browser) click(selector, then string) {
	b.t.Helper()
	b.do("click "+selector, chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible), chromedp.WaitVisible(chromedp.CSS(then)))
}

func (b *browser) typeInto(selector, text string) {
	b.t.Helper()
	b.do("type into "+selector, chromedp.WaitVisible(chromedp.CSS(selector)), chromedp.SendKeys(chromedp.CSS(selector), text))
}

func (b *browser) signIn(email, password string) {
	b.t.Helper()
	b.open("/sign-in")
	b.typeInto(`input[name="email"]`, email)
	b.typeInto(`input[name="password"]`, password)
	b.click(`form[action^="/sign-in"] button[type="submit"]`, `[action="/sign-out"], [href="/sign-out"], nav`)
}

// field is the text or the value of the one element with that data-field; a masked one counts too.
func (b *browser) field(name string) string {
	b.t.Helper()
	script := fmt.Sprintf(`[...document.querySelectorAll('[data-field=%q]')].map(e => (e.value ?? e.textContent).trim())`, name)
	found := ask(b, "read "+name, chromedp.Evaluate[[]string](script))
	if len(found) != 1 {
		b.t.Fatalf("%d elements with data-field %s, at %s", len(found), name, b.where())
	}
	return found[0]
}

// credentials reads the set that the page in front of the person shows once.
func (b *browser) credentials() account {
	b.t.Helper()
	a := account{ID: b.field("access-key-id"), Secret: b.field("secret-access-key"), Endpoint: b.field("endpoint"), Region: b.field("region")}
	a.locate(b.t, b.field("file-location"))
	return a
}

// html is the page as it stands.
func (b *browser) html() string {
	b.t.Helper()
	return ask(b, "read the page", chromedp.OuterHTML(chromedp.CSS("html")))
}
