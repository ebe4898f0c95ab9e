package e2e

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

// guided is what the connection guide says of one client.
type guided struct {
	files map[string]string // by the name that the guide gives them
	run   map[string]string // list and fetch
}

// guide reads a client's guide off its page.
func (p *portal) guide(slug, client string) guided {
	p.t.Helper()
	page := p.get(unitPath(slug, "connect", client)).want(http.StatusOK)
	g := guided{map[string]string{}, map[string]string{}}
	page.Doc.Find("[data-guide-file]").Each(func(_ int, s *goquery.Selection) { g.files[s.AttrOr("data-guide-file", "")] = s.Text() })
	page.Doc.Find("[data-guide-run]").Each(func(_ int, s *goquery.Selection) { g.run[s.AttrOr("data-guide-run", "")] = s.Text() })
	if len(g.files) == 0 || len(g.run) != 2 {
		p.t.Fatalf("%s: %d files and %d commands in its guide", client, len(g.files), len(g.run))
	}
	return g
}

// follow makes a client's home of its guide, with the secret where the guide says that it goes.
func (g guided) follow(t *testing.T, a account) cli {
	t.Helper()
	c := newCLI(t, a)
	for name, text := range g.files {
		if !strings.Contains(text, "the secret access key") && !strings.Contains(text, "holds no secret") {
			t.Errorf("%s does not say where the secret goes", name)
		}
		path := filepath.Join(c.home, name)
		switch {
		case strings.HasPrefix(name, "~/"):
			path = filepath.Join(c.home, strings.TrimPrefix(name, "~/"))
		case strings.HasPrefix(name, "rclone.conf"):
			path = filepath.Join(c.home, ".config", "rclone", "rclone.conf")
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(strings.ReplaceAll(text, "the secret access key", a.Secret)+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return c
}
