package certificate

import (
	"bytes"
	"crypto/tls"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// made is a pair on paper: a certificate for one name, signed by itself.
type made struct{ cert, key []byte }

func makePair(t *testing.T, name string, life time.Duration) made {
	t.Helper()
	return makePairFrom(t, name, time.Time{}, life)
}

// makePairFrom makes one that is valid from an instant on, the zero time for now.
func makePairFrom(t *testing.T, name string, from time.Time, life time.Duration) made {
	t.Helper()
	key, err := newKey()
	if err != nil {
		t.Fatal(err)
	}
	template, err := newTemplate(name, life)
	if err != nil {
		t.Fatal(err)
	}
	template.DNSNames = []string{name}
	if !from.IsZero() {
		template.NotBefore = from
	}
	cert, err := sign(template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	certFile, keyFile := filepath.Join(dir, "c"), filepath.Join(dir, "k")
	if err := errors.Join(writeCertificate(certFile, cert), writeKey(keyFile, key)); err != nil {
		t.Fatal(err)
	}
	m := made{}
	m.cert, err = read(certFile)
	if err == nil {
		m.key, err = read(keyFile)
	}
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// put writes the pair into a directory, over what is there.
func (m made) put(t *testing.T, dir string) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(dir, 0o700),
		os.WriteFile(filepath.Join(dir, "tls.crt"), m.cert, 0o600), os.WriteFile(filepath.Join(dir, "tls.key"), m.key, 0o600)); err != nil {
		t.Fatal(err)
	}
}

// watched is a source of two files with its log.
type watched struct {
	*Source
	log *bytes.Buffer
}

func watch(t *testing.T, dir string) watched {
	t.Helper()
	log := &bytes.Buffer{}
	s, err := Files(filepath.Join(dir, "tls.crt"), filepath.Join(dir, "tls.key"), slog.New(slog.NewTextHandler(log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	return watched{s, log}
}

// look looks at the files as often as it is told.
func (w watched) look(t *testing.T, times int) {
	t.Helper()
	for range times {
		w.way.check(t.Context(), false)
	}
}

// presents tells for which name a client gets a certificate.
func (w watched) presents(t *testing.T) string {
	t.Helper()
	c, err := w.certificate(&tls.ClientHelloInfo{ServerName: "sea.example"})
	if err != nil {
		t.Fatal(err)
	}
	return c.Leaf.DNSNames[0]
}

func TestNewFilesAreTakenOverHoweverTheyCome(t *testing.T) {
	t.Parallel()
	first, second := makePair(t, "first.example", time.Hour), makePair(t, "second.example", time.Hour)
	for name, replace := range map[string]func(t *testing.T, dir string){
		"written over": func(t *testing.T, dir string) { second.put(t, filepath.Join(dir, "live")) },
		"renamed": func(t *testing.T, dir string) {
			second.put(t, filepath.Join(dir, "next"))
			for _, file := range []string{"tls.crt", "tls.key"} {
				if err := os.Rename(filepath.Join(dir, "next", file), filepath.Join(dir, "live", file)); err != nil {
					t.Fatal(err)
				}
			}
		},
		// As a container platform does: the files are links into ..data, which
		// is a link to a directory that is never changed.
		"another directory linked": func(t *testing.T, dir string) {
			second.put(t, filepath.Join(dir, "v2"))
			if err := errors.Join(os.Symlink("v2", filepath.Join(dir, "tmp")), os.Rename(filepath.Join(dir, "tmp"), filepath.Join(dir, "..data"))); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			live := filepath.Join(dir, "live")
			if name == "another directory linked" {
				first.put(t, filepath.Join(dir, "v1"))
				if err := errors.Join(os.Symlink("v1", filepath.Join(dir, "..data")), os.Symlink("..data", live)); err != nil {
					t.Fatal(err)
				}
			} else {
				first.put(t, live)
			}
			w := watch(t, live)
			w.look(t, 3)
			if got := w.presents(t); got != "first.example" {
				t.Fatalf("it began with %s", got)
			}
			replace(t, dir)
			w.look(t, 2)
			if got := w.presents(t); got != "second.example" || w.Status()[0].Problem != "" {
				t.Errorf("it presents %s: %+v", got, w.Status())
			}
		})
	}
}

func TestFilesThatAreNoPairKeepTheFormerOne(t *testing.T) {
	t.Parallel()
	good := makePair(t, "good.example", time.Hour)
	other := makePair(t, "other.example", time.Hour)
	for name, test := range map[string]struct {
		broken made
		want   string
	}{
		"key of another":  {made{good.cert, other.key}, "no pair"},
		"no certificate":  {made{[]byte("nonsense"), good.key}, "no pair"},
		"nothing at all":  {made{}, "no pair"},
		"ended yesterday": {makePair(t, "late.example", -24*time.Hour), "expired"},
		"begins tomorrow": {makePairFrom(t, "early.example", time.Now().Add(24*time.Hour), 48*time.Hour), "is not valid before"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			good.put(t, dir)
			w := watch(t, dir)
			test.broken.put(t, dir)
			w.look(t, 1)
			if w.Status()[0].Problem != "" || w.log.Len() > 0 {
				t.Errorf("a pair that is perhaps being written is reported: %s", w.log)
			}
			w.look(t, 4)
			if got := w.presents(t); got != "good.example" {
				t.Errorf("it presents %s", got)
			}
			if s := w.Status()[0]; !strings.Contains(s.Problem, test.want) || s.Name != "good.example" {
				t.Errorf("the status is %+v", s)
			}
			if strings.Count(w.log.String(), "level=WARN") != 1 {
				t.Errorf("the log says %s", w.log)
			}
			other.put(t, dir)
			w.look(t, 2)
			if got := w.presents(t); got != "other.example" || w.Status()[0].Problem != "" {
				t.Errorf("mended, it presents %s: %+v", got, w.Status())
			}
		})
	}
}

func TestAMissingFileIsReportedAndForgottenOnceItIsBack(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	pair := makePair(t, "good.example", time.Hour)
	pair.put(t, dir)
	w := watch(t, dir)
	if err := os.Remove(filepath.Join(dir, "tls.key")); err != nil {
		t.Fatal(err)
	}
	w.look(t, 2)
	if s := w.Status()[0]; !strings.Contains(s.Problem, "tls.key: no such file") || w.presents(t) != "good.example" {
		t.Errorf("the status is %+v", s)
	}
	pair.put(t, dir)
	w.look(t, 1)
	if s := w.Status()[0]; s.Problem != "" {
		t.Errorf("the status is %+v", s)
	}
}

func TestReloadLooksAtOnceAndRunSoon(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		makePair(t, "first.example", time.Hour).put(t, dir)
		w := watch(t, dir)
		run(t, w.Source)
		synctest.Wait()
		makePair(t, "second.example", time.Hour).put(t, dir)
		w.Reload()
		synctest.Wait()
		if got := w.presents(t); got != "second.example" {
			t.Errorf("asked to reload, it presents %s", got)
		}
		makePair(t, "third.example", time.Hour).put(t, dir)
		<-time.After(3 * pollEvery)
		synctest.Wait()
		if got := w.presents(t); got != "third.example" {
			t.Errorf("after a while it presents %s", got)
		}
	})
}

func TestAPairThatBeginsLaterIsTakenOverWhenItsTimeComes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		makePair(t, "good.example", 48*time.Hour).put(t, dir)
		w := watch(t, dir)
		makePairFrom(t, "early.example", time.Now().Add(time.Hour), 48*time.Hour).put(t, dir)
		run(t, w.Source)
		<-time.After(59 * time.Minute)
		synctest.Wait()
		if got := w.presents(t); got != "good.example" || !strings.Contains(w.Status()[0].Problem, "is not valid before") {
			t.Errorf("a minute before its time it presents %s: %+v", got, w.Status())
		}
		<-time.After(2 * time.Minute)
		synctest.Wait()
		if got := w.presents(t); got != "early.example" || w.Status()[0].Problem != "" {
			t.Errorf("a minute after its time has come it presents %s: %+v", got, w.Status())
		}
	})
}
