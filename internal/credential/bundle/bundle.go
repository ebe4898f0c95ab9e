// Package bundle owns the files that carry a credential set to a client: which formats there are, what each is called and
// what stands in it. It is pure: values in, bytes out. It refuses to know where a secret comes from, who asks for it and
// whether they may; and a format that no client reads a secret from holds none, and says so.
//
// Configuration files are ASCII and name the unit by its slug: AWS CLI, s3cmd and boto3 read theirs in the encoding of the
// machine, and give up on the whole file where a byte of a comment is none of it. The unit's name, which may hold
// anything, stands only where a format says how: in CSV, XML and WinSCP's.
package bundle

import (
	"fmt"
	"net/url"
	"strings"

	"seaportal/internal/sealed"
)

// Set is a credential set with what a client needs beside it.
type Set struct {
	Unit        string // the business unit's name, which may hold anything
	Slug        string // its slug: a-z, 0-9 and hyphens
	Endpoint    string // URL of S3, without a path
	Region      string
	Location    string // bucket/prefix/
	AccessKeyID string
	Secret      sealed.Plain
	Amazon      bool // the endpoint is Amazon's own: buckets are part of its host name
}

// Amazon tells whether an endpoint is Amazon's own, whose buckets are part of its host name.
func Amazon(endpoint string) bool {
	at, err := url.Parse(endpoint)
	if err != nil {
		return false
	}
	return strings.HasSuffix(at.Hostname(), ".amazonaws.com") || strings.HasSuffix(at.Hostname(), ".amazonaws.com.cn")
}

// Secure tells whether the endpoint speaks HTTPS.
func (s Set) Secure() bool { return strings.HasPrefix(s.Endpoint, "https://") }

// Host is the endpoint as clients ask for it: name and port without the scheme.
func (s Set) Host() string {
	if u, err := url.Parse(s.Endpoint); err == nil && u.Host != "" {
		return u.Host
	}
	return s.Endpoint
}

// Hostname is the endpoint's name without its port.
func (s Set) Hostname() string {
	if u, err := url.Parse(s.Endpoint); err == nil && u.Host != "" {
		return u.Hostname()
	}
	return s.Endpoint
}

// Port is the endpoint's port, that of its scheme where it names none.
func (s Set) Port() string {
	u, err := url.Parse(s.Endpoint)
	switch {
	case err != nil:
		return ""
	case u.Port() != "":
		return u.Port()
	case s.Secure():
		return "443"
	}
	return "80"
}

// Bucket is the bucket's part of the location.
func (s Set) Bucket() string {
	bucket, _, _ := strings.Cut(s.Location, "/")
	return bucket
}

// Prefix is what every key of the unit begins with; it ends in a slash.
func (s Set) Prefix() string {
	_, prefix, _ := strings.Cut(s.Location, "/")
	return prefix
}

// File is a bundle as a browser saves it. Its name is ASCII and holds no separator.
type File struct {
	Name string
	Type string // media type
	Body []byte
}

// Format is one kind of file.
type Format struct {
	ID     string // in forms and in the history
	Label  string // what people call it
	For    string // what reads it
	Secret bool   // the file holds the secret access key

	suffix string
	media  string
	render func(Set) ([]byte, error)
}

const text = "text/plain; charset=utf-8"

var formats = []Format{
	{ID: "csv", Label: ".csv", For: "spreadsheets, password managers", Secret: true, suffix: ".csv", media: "text/csv; charset=utf-8", render: csvFile},
	{ID: "env", Label: ".env", For: "scripts, containers", Secret: true, suffix: ".env", media: text, render: always(Set.env)},
	{ID: "rclone", Label: "rclone.conf", For: "rclone", Secret: true, suffix: "-rclone.conf", media: text, render: always(Set.Rclone)},
	{ID: "aws-credentials", Label: "AWS credentials", For: "AWS CLI, SDKs, S3 Browser", Secret: true, suffix: "-aws-credentials", media: text, render: always(Set.AWSCredentials)},
	{ID: "aws-config", Label: "AWS config", For: "AWS CLI, SDKs", suffix: "-aws-config", media: text, render: always(Set.AWSConfig)},
	{ID: "s3cfg", Label: ".s3cfg", For: "s3cmd", Secret: true, suffix: ".s3cfg", media: text, render: always(Set.S3cfg)},
	{ID: "cyberduck", Label: "Cyberduck profile", For: "Cyberduck, Mountain Duck", suffix: ".cyberduckprofile", media: "application/xml", render: cyberduck},
	{ID: "winscp", Label: "WinSCP session", For: "WinSCP", suffix: "-winscp.ini", media: text, render: always(Set.winSCP)},
}

// Formats is every format, in the order in which they are offered.
func Formats() []Format { return append([]Format(nil), formats...) }

// Find gives the format with an id.
func Find(id string) (Format, bool) {
	for _, f := range formats {
		if f.ID == id {
			return f, true
		}
	}
	return Format{}, false
}

// Render makes the file of a set. The name is made of the unit's slug.
func (f Format) Render(s Set) (File, error) {
	body, err := f.render(s)
	if err != nil {
		return File{}, fmt.Errorf("write %s: %w", f.ID, err)
	}
	return File{Name: "sea-" + s.Slug + f.suffix, Type: f.media, Body: body}, nil
}

// always makes a renderer of a method that cannot fail.
func always(lines func(Set) string) func(Set) ([]byte, error) {
	return func(s Set) ([]byte, error) { return []byte(lines(s) + "\n"), nil }
}
