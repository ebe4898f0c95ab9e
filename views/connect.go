package views

import (
	"regexp"
	"strings"

	"seaportal/internal/credential/bundle"
	"seaportal/internal/sealed"
)

// Connect is what a client needs to reach a unit's files, the secret apart. It prefills the connection guide.
type Connect struct {
	Slug        string
	Endpoint    string // URL of S3
	Region      string
	Location    string // bucket/prefix/; empty until SEA is enabled
	AccessKeyID string // empty: there is no set
	AWS         bool   // the endpoint is Amazon's own: virtual-host style, well-known account types
	Authority   string // certificate (PEM) of the portal's own authority, which clients have to trust; empty: any system does
	Folder      Folder
}

// target is what the guide of a client is written for.
type target struct {
	bundle.Set
	own bool // the certificate comes from an authority that clients have to be told of
}

// authorityFile is what the guide calls the file with the authority's certificate.
const authorityFile = "ca.pem"

// trust is a part of a command that tells a client of the authority, where it needs that.
func (s target) trust(option string) string {
	if s.own {
		return option
	}
	return ""
}

// Folder is what a client finds at the location now.
type Folder struct {
	Files  int64
	Marker bool // the folder marker is on: it opens while it is empty
}

// secretStandIn stands where a client wants the secret, which no guide repeats.
const secretStandIn = "the secret access key"

// set is the unit's values as the files of clients take them, with words where the secret goes.
func (c Connect) set() target {
	s := target{own: c.ownAuthority(), Set: bundle.Set{
		Slug: c.Slug, Endpoint: c.Endpoint, Region: c.Region, Location: c.Location, AccessKeyID: c.AccessKeyID,
		Secret: sealed.NewPlain(secretStandIn), Amazon: c.AWS,
	}}
	if s.AccessKeyID == "" {
		s.AccessKeyID = "the access key ID"
	}
	return s
}

// ownAuthority tells whether clients have to be told whom to trust.
func (c Connect) ownAuthority() bool {
	return c.Authority != "" && strings.HasPrefix(c.Endpoint, "https://")
}

// guide is how one client is set up: what to fill in, what to put into which file, a command that tests it and one that
// fetches, and what its two commonest errors mean.
type guide struct {
	id     string // in URLs
	client string
	rows   []pair
	files  []pair // where a text goes, and the text
	run    []command
	note   string
	errors []pair // what the client says, and what that means
}

// command is one line for a shell.
type command struct {
	id   string // list or fetch
	name string
	line string
}

const (
	listing  = "Test: list the folder"
	fetching = "Fetch everything"
)

// commands gives the two commands that every client on the command line has.
func commands(list, fetch string) []command {
	return []command{{"list", listing, list}, {"fetch", fetching, fetch}}
}

func (c Connect) guides() []guide {
	s := c.set()
	window := []guide{s3Browser(s), ftpStyle(s), cyberduck(s), winSCP(s), fileZilla(s)}
	if s.own {
		for i := range window {
			window[i].rows = append(window[i].rows, pair{"Certificate authority", authorityFile + ", imported into the system's list of trusted authorities"})
		}
	}
	return append(window, rclone(s), awsCLI(s), s5cmd(s), s3cmd(s), boto3(s), curl(s))
}

// guide gives one client's; ok is false where there is none of that name.
func (c Connect) guide(id string) (found guide, ok bool) {
	for _, g := range c.guides() {
		if g.id == id {
			return g, true
		}
	}
	return guide{}, false
}

// HasGuide tells whether there is a guide for a client, by its name in URLs.
func HasGuide(client string) bool {
	_, ok := Connect{}.guide(client)
	return ok
}

var bare = regexp.MustCompile(`^[A-Za-z0-9_./:@%+,-]+$`)

// word writes a text so that a shell takes it as one word.
func word(text string) string {
	if bare.MatchString(text) {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

func lines(all ...string) string { return strings.Join(all, "\n") }
