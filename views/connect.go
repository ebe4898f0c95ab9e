package views

import (
	"net/url"
	"strings"
)

// Connect is what a client needs to reach a unit's files, the secret apart. It prefills the connection guide.
type Connect struct {
	Endpoint    string // URL of S3
	Region      string
	Location    string // bucket/prefix/; empty until SEA is enabled
	AccessKeyID string // empty: there is no set
	AWS         bool   // the endpoint is Amazon's own: virtual-host style, well-known account types
}

// host is the endpoint as clients ask for it: name and port without the scheme.
func (c Connect) host() string {
	u, err := url.Parse(c.Endpoint)
	if err != nil || u.Host == "" {
		return c.Endpoint
	}
	return u.Host
}

func (c Connect) hostname() string {
	u, err := url.Parse(c.Endpoint)
	if err != nil || u.Host == "" {
		return c.Endpoint
	}
	return u.Hostname()
}

func (c Connect) port() string {
	u, err := url.Parse(c.Endpoint)
	switch {
	case err != nil:
		return ""
	case u.Port() != "":
		return u.Port()
	case c.secure():
		return "443"
	}
	return "80"
}

func (c Connect) secure() bool { return strings.HasPrefix(c.Endpoint, "https://") }

func (c Connect) key() string {
	if c.AccessKeyID == "" {
		return "the access key ID"
	}
	return c.AccessKeyID
}

// secretStandIn stands where a client wants the secret, which no guide repeats.
const secretStandIn = "the secret access key"

func (c Connect) onOff() string {
	if c.secure() {
		return "On"
	}
	return "Off"
}

// guide is how one client is set up: what to fill in, or what to put into a file, and a command that tests it.
type guide struct {
	client string
	rows   []pair
	file   string // where text goes
	text   string
	run    []pair // what a command does, and the command
	note   string
}

func (c Connect) guides() []guide {
	return []guide{c.s3Browser(), c.cyberduck(), c.winSCP(), c.fileZilla(), c.rclone(), c.awsCLI(), c.s3cmd()}
}

func (c Connect) s3Browser() guide {
	kind := "S3 Compatible Storage"
	if c.AWS {
		kind = "Amazon S3 Storage"
	}
	return guide{client: "S3 Browser", rows: []pair{
		{"Account type", kind},
		{"REST endpoint", c.host()},
		{"Access Key ID", c.key()},
		{"Secret Access Key", secretStandIn},
		{"Use secure transfer", c.onOff()},
		{"Add external bucket", c.Location},
	}, note: "The last line stands in the menu Buckets, not in the account."}
}

func (c Connect) cyberduck() guide {
	protocol := "Amazon S3"
	switch {
	case !c.AWS && !c.secure():
		protocol = "S3 (HTTP), a profile to install"
	case !c.AWS:
		protocol = "S3 (deprecated path style requests), a profile to install"
	}
	return guide{client: "Cyberduck", rows: []pair{
		{"Protocol", protocol},
		{"Server", c.hostname()},
		{"Port", c.port()},
		{"Access Key ID", c.key()},
		{"Secret Access Key", secretStandIn},
		{"Path", "/" + c.Location},
	}, note: "Profiles are installed in Preferences, under Profiles."}
}

func (c Connect) winSCP() guide {
	encryption, style := "TLS/SSL Implicit encryption", "Path"
	if !c.secure() {
		encryption = "No encryption"
	}
	if c.AWS {
		style = "Virtual Host"
	}
	return guide{client: "WinSCP", rows: []pair{
		{"File protocol", "Amazon S3"},
		{"Encryption", encryption},
		{"Host name", c.hostname()},
		{"Port number", c.port()},
		{"Access key ID", c.key()},
		{"Secret access key", secretStandIn},
		{"Default region", c.Region},
		{"URL style", style},
		{"Remote directory", "/" + c.Location},
	}, note: "The last three stand under Advanced. WinSCP cannot list the root, so the directory is needed."}
}

func (c Connect) fileZilla() guide {
	g := guide{client: "FileZilla Pro", rows: []pair{
		{"Protocol", "S3 - Amazon Simple Storage Service"},
		{"Host", c.hostname()},
		{"Port", c.port()},
		{"Access key ID", c.key()},
		{"Secret access key", secretStandIn},
		{"Default remote directory", "/" + c.Location},
	}}
	if !c.secure() {
		g.note = "FileZilla Pro expects HTTPS. This endpoint speaks HTTP: use another client, or put TLS in front of it."
	}
	return g
}
