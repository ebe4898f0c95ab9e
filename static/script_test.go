package static_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"seaportal/internal/testkit/need"
	"seaportal/static"
)

const formPage = `<!doctype html><script src="%s" defer></script>
<form method="post"><button style="position:fixed;inset:0;width:200px;height:200px">Send</button></form>`

// TestADoubleClickSendsAFormOnce: a browser drops the first request for the
// second, and with it the only answer that shows a secret.
func TestADoubleClickSendsAFormOnce(t *testing.T) {
	t.Parallel()
	browser := need.Chromium(t)
	var posts atomic.Int32
	clicked := make(chan struct{})
	mux := http.NewServeMux()
	mux.Handle("GET /static/", static.Handler())
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintf(w, formPage, static.URL("js/app.js"))
	})
	mux.HandleFunc("POST /{$}", func(w http.ResponseWriter, r *http.Request) {
		posts.Add(1)
		select {
		case <-clicked:
		case <-r.Context().Done():
		}
		_, _ = fmt.Fprint(w, `<!doctype html><p id="answer">There it is</p>`)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	ctx, cancel := chromedp.NewContext(t.Context(), chromedp.WithAllocatorOptions(
		chromedp.ExecPath(browser), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WSURLReadTimeout(time.Minute)))
	t.Cleanup(cancel)
	err := chromedp.Do(ctx, chromedp.Navigate(server.URL), chromedp.MouseClickXY(100, 100), chromedp.MouseClickXY(100, 100))
	close(clicked)
	if err == nil {
		err = chromedp.Do(ctx, chromedp.WaitVisible("#answer"))
	}
	if err != nil || posts.Load() != 1 {
		t.Errorf("sent %d times, %v", posts.Load(), err)
	}
}
