package e2e

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

var setUpLink = regexp.MustCompile(`http://\S+/set-up/[^\s"]+`)

// TestFirstStartPrintsSetUpLink makes the first administrator by the link, which works once.
func TestFirstStartPrintsSetUpLink(t *testing.T) {
	t.Parallel()
	in := launch(t)
	link := in.printed(setUpLink)[0]
	p := newPortal(t, in.URL())
	action, form := p.get(link).want(http.StatusOK).form("email")
	for name := range form {
		if strings.Contains(name, "password") {
			form.Set(name, password)
		}
	}
	form.Set("email", adminEmail)
	p.post(action, form).want(http.StatusSeeOther)
	newPortal(t, in.URL()).signIn(adminEmail, password)

	if again := newPortal(t, in.URL()).get(link); again.Status == http.StatusOK && again.Doc.Find(`input[type="password"]`).Length() > 1 {
		t.Error("the link works twice")
	}
	in.stop()
	before := len(in.out.String())
	in.start()
	if setUpLink.MatchString(in.out.String()[before:]) {
		t.Error("a later start prints a link again")
	}
}

// TestStartRefuses starts the program where it cannot work: one clear line, exit 1, soon.
func TestStartRefuses(t *testing.T) {
	t.Parallel()
	running := launch(t)
	occupied := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(occupied, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, args := range map[string][]string{
		"port taken":         {"--listen", running.listen, "--s3-listen", freeAddress(t), "--data-dir", filepath.Join(t.TempDir(), "d")},
		"S3 port taken":      {"--listen", freeAddress(t), "--s3-listen", running.s3, "--data-dir", filepath.Join(t.TempDir(), "d")},
		"directory locked":   {"--listen", freeAddress(t), "--s3-listen", freeAddress(t), "--data-dir", running.dataDir},
		"directory a file":   {"--listen", freeAddress(t), "--s3-listen", freeAddress(t), "--data-dir", occupied},
		"open to the world":  {"--listen", "0.0.0.0:0", "--s3-listen", freeAddress(t), "--data-dir", filepath.Join(t.TempDir(), "d")},
		"S3 open to all":     {"--listen", freeAddress(t), "--s3-listen", "0.0.0.0:0", "--data-dir", filepath.Join(t.TempDir(), "d")},
		"not an address":     {"--listen", "nonsense", "--data-dir", filepath.Join(t.TempDir(), "d")},
		"unknown flag":       {"--no-such-flag"},
		"database not there": {"--database", "postgres://nobody@127.0.0.1:1/none", "--data-dir", filepath.Join(t.TempDir(), "d")},
	} {
		t.Run(name, func(t *testing.T) {
			other := install(t)
			out, err := other.try("", append([]string{"serve"}, args...)...)
			if code := exitCode(err); code == 0 || code == -1 || (code != 1 && name != "unknown flag") {
				t.Errorf("exit code %d", code)
			}
			if lines := strings.Count(strings.TrimSpace(out), "\n") + 1; (lines > 1 && name != "unknown flag") || out == "" {
				t.Errorf("%d lines:\n%s", lines, out)
			}
			if strings.Contains(out, "panic") || strings.Contains(out, "goroutine") {
				t.Errorf("it fell over:\n%s", out)
			}
		})
	}
}

// TestKilledServerStartsAgain ends the server without a word, and starts it at once.
func TestKilledServerStartsAgain(t *testing.T) {
	t.Parallel()
	in := launch(t)
	p := in.signedIn(adminEmail, "administrator")
	p.createUnit("Killed", "killed")
	operator := in.operator()
	p.post(unitPath("killed", "rules"), ruleForm("Copy", copied, "copy")).want(http.StatusSeeOther)
	for _, key := range []string{"a", "b", "c", "d", "e"} {
		operator.put(t, "killed/"+key, strings.Repeat(key, 1<<20), map[string]string{"media-type": copied})
	}
	p.run("killed")
	in.kill()
	in.start()
	p.waitPlaced("killed", 5)
	if rows := p.files("killed", "any"); len(rows) != 5 {
		t.Errorf("%d placements, not 5", len(rows))
	}
}

// TestDemo runs the first of the README's two commands, and signs in as it says.
func TestDemo(t *testing.T) {
	t.Parallel()
	in, slug, person := launchDemo(t)
	if rows := person.files(slug, "any"); len(rows) == 0 {
		t.Error("the demo lists nothing")
	}
	in.wantSmall(t)
}

// wantSmall measures the memory of the idle server.
func (in *installation) wantSmall(t *testing.T) {
	t.Helper()
	status, err := os.ReadFile(filepath.Join("/proc", pidText(in.running.Process.Pid), "status"))
	if err != nil {
		t.Logf("no memory figure here: %v", err)
		return
	}
	t.Logf("%s", regexp.MustCompile(`VmRSS:.*`).Find(status))
}

// TestSignalDuringStart asks the server to stop as soon as it runs.
func TestSignalDuringStart(t *testing.T) {
	t.Parallel()
	in := launch(t)
	if err := in.running.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-in.exited:
		in.running = nil
		if err != nil {
			t.Errorf("interrupted: %v", err)
		}
	case <-time.After(stopWithin):
		t.Error("Ctrl-C does not end it")
	}
}

// TestSignInInBrowser goes in and out with real input, under the content security policy.
func TestSignInInBrowser(t *testing.T) {
	t.Parallel()
	in := launch(t)
	in.signedIn(adminEmail, "administrator")
	b := openBrowser(t, in.URL())
	b.signIn(adminEmail, password)
	b.open("/business-units")
	b.do("read the title", chromedp.WaitVisible(chromedp.CSS("h1")))
	b.wantQuiet()
}
