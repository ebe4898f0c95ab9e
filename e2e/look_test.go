package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// looks are the four ways in which each page is looked at.
var looks = []struct {
	name          string
	theme         string
	width, height int64
}{
	{"1440-light", "light", 1440, 900},
	{"1440-dark", "dark", 1440, 900},
	{"390-light", "light", 390, 844},
	{"390-dark", "dark", 390, 844},
}

// violation is what axe-core finds.
type violation struct {
	ID    string `json:"id"`
	Help  string `json:"help"`
	Nodes []struct {
		HTML    string `json:"html"`
		Summary string `json:"failureSummary"`
	} `json:"nodes"`
}

// viewer looks at pages: axe-core's rules, overflow, and a picture where SEA_TEST_SCREENS names a folder.
type viewer struct {
	*browser
	axe     string
	screens string
}

func newViewer(t *testing.T, b *browser) *viewer {
	t.Helper()
	path := os.Getenv("SEA_TEST_AXE")
	source, err := os.ReadFile(path)
	if err != nil {
		lacking(t, needAxe, "axe-core (SEA_TEST_AXE)")
	}
	return &viewer{b, string(source), os.Getenv("SEA_TEST_SCREENS")}
}

// visit opens an address and looks at it.
func (v *viewer) visit(name, path string) {
	v.t.Helper()
	v.open(path)
	v.look(name)
}

// look examines what is in front of the person in every width and theme.
func (v *viewer) look(name string) {
	v.t.Helper()
	v.do("load axe-core", chromedp.Evaluate[chromedp.Void](v.axe+"; undefined"))
	for _, as := range looks {
		v.do("look as "+as.name, chromedp.EmulateViewport(as.width, as.height), theme(as.theme), painted(as.theme))
		v.wantNoViolations(name + " " + as.name)
		wide := ask(v.browser, "measure", chromedp.Evaluate[int64](`document.documentElement.scrollWidth`))
		if wide > as.width {
			v.t.Errorf("%s %s: %d pixels wide", name, as.name, wide)
		}
		if v.screens != "" {
			v.save(name+"-"+as.name+".png", ask(v.browser, "take a picture", chromedp.FullScreenshot(100)))
		}
	}
	v.do("back to a wide screen", chromedp.EmulateViewport(1440, 900), theme("light"))
	v.wantQuiet()
}

func (v *viewer) wantNoViolations(where string) {
	v.t.Helper()
	const script = `axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], resultTypes: ['violations']})
		.then(r => JSON.stringify(r.violations))`
	answer := ask(v.browser, "ask axe-core", chromedp.Evaluate[string](script, chromedp.EvalAwaitPromise))
	var found []violation
	if err := json.Unmarshal([]byte(answer), &found); err != nil {
		v.t.Fatalf("%s: read axe-core's answer: %v", where, err)
	}
	for _, f := range found {
		for _, node := range f.Nodes[:min(3, len(f.Nodes))] {
			v.t.Errorf("%s: %s (%s)\n%.200s\n%s", where, f.ID, f.Help, node.HTML, node.Summary)
		}
	}
}

func (v *viewer) save(name string, picture []byte) {
	v.t.Helper()
	path := filepath.Join(v.screens, strings.ReplaceAll(name, " ", "-"))
	if err := os.WriteFile(path, picture, 0o600); err != nil {
		v.t.Errorf("save a picture: %v", err)
	}
}

// theme is what the system prefers, with motion off so that pictures stand still.
func theme(scheme string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
		}})
		if err != nil {
			return fmt.Errorf("prefer %s: %w", scheme, err)
		}
		return nil
	})
}

// painted waits until the page is drawn with a theme: rules that look earlier would mix the colours of two.
func painted(scheme string) chromedp.Action[chromedp.Void] {
	const script = `new Promise(done => {
		const look = () => matchMedia('(prefers-color-scheme: %s)').matches
			? requestAnimationFrame(() => requestAnimationFrame(() => done())) : requestAnimationFrame(look);
		look();
	})`
	return chromedp.Evaluate[chromedp.Void](fmt.Sprintf(script, scheme), chromedp.EvalAwaitPromise)
}
