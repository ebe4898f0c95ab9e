package static_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"seaportal/internal/testkit/need"
	"seaportal/static"
)

const workingPage = `<!doctype html><html class="js"><body><script src="%s" defer></script>
<form method="post" data-working="w"><button style="position:fixed;inset:0;width:200px;height:200px">Send</button></form>
<div id="w" data-progress="/progress?sent" hidden><div data-steps>Begun</div></div>`

const lookingOnPage = `<!doctype html><body><script src="%s" defer></script>
<div data-progress="/progress" data-reload><div data-steps>Begun</div></div>`

// slowForm is a server whose form takes until it is released, and tells meanwhile how far it is.
type slowForm struct {
	over    atomic.Bool
	release chan struct{}
	asked   chan struct{} // by the tab that sent the form, once
	once    sync.Once
}

func (f *slowForm) page(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if f.over.Load() {
			_, _ = fmt.Fprint(w, `<!doctype html><p id="over">Over</p>`)
			return
		}
		_, _ = fmt.Fprintf(w, text, static.URL("js/app.js"))
	}
}

func (f *slowForm) progress(w http.ResponseWriter, r *http.Request) {
	if r.URL.RawQuery == "sent" {
		f.once.Do(func() { close(f.asked) })
	}
	if f.over.Load() {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	_, _ = fmt.Fprint(w, `<ol><li id="second">Second step</ol>`)
}

func (f *slowForm) answer(w http.ResponseWriter, r *http.Request) {
	select {
	case <-f.release:
	case <-r.Context().Done():
	}
	_, _ = fmt.Fprint(w, `<!doctype html><p id="answer">There it is</p>`)
}

// TestAFormThatTakesLongShowsHowFarItIs: the tab that sent it asks until its answer comes; another tab shows what it hears, and loads
// again then.
func TestAFormThatTakesLongShowsHowFarItIs(t *testing.T) {
	t.Parallel()
	browser := need.Chromium(t)
	form := &slowForm{release: make(chan struct{}), asked: make(chan struct{})}
	mux := http.NewServeMux()
	mux.Handle("GET /static/", static.Handler())
	mux.HandleFunc("GET /{$}", form.page(workingPage))
	mux.HandleFunc("GET /other", form.page(lookingOnPage))
	mux.HandleFunc("GET /progress", form.progress)
	mux.HandleFunc("POST /{$}", form.answer)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	late, stop := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(stop)
	sender, cancel := chromedp.NewContext(late, chromedp.WithAllocatorOptions(
		chromedp.ExecPath(browser), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WSURLReadTimeout(time.Minute)))
	t.Cleanup(cancel)
	if err := chromedp.Do(sender, chromedp.Navigate(server.URL), chromedp.MouseClickXY(100, 100)); err != nil {
		t.Fatal(err)
	}
	select {
	case <-form.asked:
	case <-late.Done():
		t.Error("the tab that sent the form does not ask how far it is")
	}
	other, closeOther := chromedp.NewContext(sender)
	t.Cleanup(closeOther)
	err := chromedp.Do(other, chromedp.Navigate(server.URL+"/other"), chromedp.WaitVisible("#second"))
	form.over.Store(true)
	close(form.release)
	if err == nil {
		err = chromedp.Do(other, chromedp.WaitVisible("#over"))
	}
	if err == nil {
		err = chromedp.Do(sender, chromedp.WaitVisible("#answer"))
	}
	if err != nil {
		t.Error(err)
	}
}
