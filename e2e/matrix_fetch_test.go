package e2e

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// fetches lists and fetches as the guide says, and compares every byte.
func (s *stage) fetches(t *testing.T, p partner) {
	guide := s.guides[p.name]
	c := guide.follow(t, s.set)
	out, err := c.shell(guide.run["list"])
	if err != nil || !strings.Contains(out, "plain-7.dat") {
		t.Fatalf("%s: %v\n%s", guide.run["list"], err, tail(out, 20))
	}
	if p.fetchesOne {
		s.fetchesEach(t, c, guide)
	} else if out, err := c.shell(guide.run["fetch"]); err != nil {
		t.Fatalf("%s: %v\n%s", guide.run["fetch"], err, tail(out, 20))
	}
	want := maps.Clone(s.placed)
	delete(want, p.cannot)
	compare(t, hashes(t, filepath.Join(c.home, "in")), want)
	s.again(t, p, c, guide)
	if p.part == nil {
		return
	}
	part := (plain(5) + "\n")[4:12]
	if out, err := p.part(c, s.set.Prefix+plain(5), "4", "11"); err != nil || out != part {
		t.Errorf("bytes 4 to 11 are %q, not %q: %v", tail(out, 5), part, err)
	}
}

// fetchesEach fetches file by file: the first one as the guide says, the others with one process.
func (s *stage) fetchesEach(t *testing.T, c cli, guide guided) {
	t.Helper()
	line := strings.ReplaceAll(guide.run["fetch"], "FILE", plain(3))
	if out, err := c.shell(line); err != nil {
		t.Fatalf("%s: %v\n%s", line, err, tail(out, 20))
	}
	if body, err := os.ReadFile(filepath.Join(c.home, filepath.Base(plain(3)))); err != nil || sum(body) != s.placed[plain(3)] {
		t.Errorf("%s fetches something else: %v", line, err)
	}
	var list strings.Builder
	quote := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)
	for name := range s.placed {
		_, _ = fmt.Fprintf(&list, "url = \"%s\"\noutput = \"in/%s\"\n", c.at(s.set.Prefix+name), quote.Replace(name))
	}
	if err := os.WriteFile(filepath.Join(c.home, "all.curl"), []byte(list.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := c.shell("curl --config sea.curl --globoff --create-dirs --config all.curl"); err != nil {
		t.Fatalf("fetch all: %v\n%s", err, tail(out, 20))
	}
	// curl makes no file of an empty answer
	if err := os.WriteFile(filepath.Join(c.home, "in", "empty.wav"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
}

// again fetches what is there already: nothing is fetched twice, and an interrupted file goes on where it ended.
func (s *stage) again(t *testing.T, p partner, c cli, guide guided) {
	t.Helper()
	half := filepath.Join(c.home, "half")
	begin := func() {
		if err := os.WriteFile(half, []byte(plain(5)[:3]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var out string
	var err error
	switch p.name {
	case "aws-cli":
		if out, err = c.shell(guide.run["fetch"]); err == nil && out != "" {
			t.Errorf("the second sync does something:\n%s", tail(out, 10))
		}
		odd := oddNames[2]
		if out, err = c.aws("s3", "cp", c.url()+odd, "one"); err != nil {
			t.Errorf("aws s3 cp: %v\n%s", err, tail(out, 10))
		}
		if body, err := os.ReadFile(filepath.Join(c.home, "one")); err != nil || sum(body) != s.placed[odd] {
			t.Errorf("aws s3 cp fetches something else: %v", err)
		}
		return
	case "rclone":
		if out, err = c.rclone("check", "--one-way", c.remote(), "in"); err != nil {
			t.Errorf("rclone check: %v\n%s", err, tail(out, 10))
		}
		return
	case "s3cmd":
		begin()
		out, err = c.s3cmd("get", "--continue", c.url()+plain(5), half)
	case "curl":
		begin()
		out, err = c.curl("--continue-at", "-", "--output", half, c.at(s.set.Prefix+plain(5)))
	default:
		return
	}
	body, readErr := os.ReadFile(half)
	if err != nil || readErr != nil || sum(body) != s.placed[plain(5)] {
		t.Errorf("an interrupted file does not go on: %v, %v\n%s", err, readErr, tail(out, 10))
	}
}
