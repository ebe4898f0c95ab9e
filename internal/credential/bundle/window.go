package bundle

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"
)

// profile is a property list as Cyberduck reads it: the keys in the order in which they are written. A bool is a bool.
type profile []struct {
	key   string
	value any
}

// cyberduck writes a connection profile (docs.cyberduck.io/protocols/profiles). It holds no secret: Cyberduck asks for it
// and keeps it in the system's keychain.
func cyberduck(s Set) ([]byte, error) {
	scheme := "http"
	if s.Secure() {
		scheme = "https"
	}
	name := "SEA " + s.Unit
	keys := profile{
		{"Protocol", "s3"},
		{"Vendor", "sea-" + s.Slug},
		{"Description", name},
		{"Default Nickname", name},
		{"Scheme", scheme},
		{"Default Hostname", s.Hostname()},
		{"Hostname Configurable", false},
		{"Default Port", s.Port()},
		{"Port Configurable", false},
		{"Default Path", "/" + s.Location},
		{"Region", s.Region},
		{"Authorization", "AWS4HMACSHA256"},
		{"Anonymous Configurable", false},
		{"Username Placeholder", s.AccessKeyID},
		{"Password Placeholder", "Secret Access Key"},
	}
	if !s.Amazon {
		keys = append(keys, profile{{"Properties", profile{{"s3.bucket.virtualhost.disable", true}}}}...)
	}
	var out bytes.Buffer
	out.WriteString(xml.Header)
	out.WriteString(`<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">` + "\n")
	out.WriteString("<!-- This profile holds no secret: Cyberduck asks for the secret access key. -->\n<plist version=\"1.0\">\n")
	if err := keys.write(&out, "\t"); err != nil {
		return nil, err
	}
	out.WriteString("</plist>\n")
	return out.Bytes(), nil
}

func (p profile) write(out *bytes.Buffer, indent string) error {
	out.WriteString(indent + "<dict>\n")
	for _, pair := range p {
		if err := element(out, indent+"\t", "key", pair.key); err != nil {
			return err
		}
		var err error
		switch value := pair.value.(type) {
		case profile:
			err = value.write(out, indent+"\t")
		case bool:
			_, err = fmt.Fprintf(out, "%s\t<%t/>\n", indent, value)
		default:
			err = element(out, indent+"\t", "string", fmt.Sprint(value))
		}
		if err != nil {
			return err
		}
	}
	out.WriteString(indent + "</dict>\n")
	return nil
}

func element(out *bytes.Buffer, indent, name, content string) error {
	out.WriteString(indent + "<" + name + ">")
	if err := xml.EscapeText(out, []byte(content)); err != nil {
		return err
	}
	out.WriteString("</" + name + ">\n")
	return nil
}

// WinSCP's numbers (its raw site settings): the protocol S3, implicit TLS, and the style of URLs.
const (
	winSCPS3        = "7"
	winSCPNoTLS     = "0"
	winSCPTLS       = "1"
	winSCPHostStyle = "0"
	winSCPPathStyle = "1"
)

// winSCP is a site for Tools, Import Sites, INI file. It holds no secret: WinSCP keeps passwords in a form of its own.
func (s Set) winSCP() string {
	security, style := winSCPNoTLS, winSCPPathStyle
	if s.Secure() {
		security = winSCPTLS
	}
	if s.Amazon {
		style = winSCPHostStyle
	}
	return strings.Join([]string{
		"; This session holds no secret: WinSCP asks for the secret access key.",
		"[Sessions\\" + munged("SEA "+s.Unit) + "]",
		"HostName=" + s.Hostname(),
		"PortNumber=" + s.Port(),
		"UserName=" + munged(s.AccessKeyID),
		"FSProtocol=" + winSCPS3,
		"Ftps=" + security,
		"RemoteDirectory=/" + s.Location,
		"S3DefaultRegion=" + s.Region,
		"S3UrlStyle=" + style,
	}, "\r\n")
}

// munged writes a name as WinSCP stores it: as UTF-8 behind a byte order mark where it is not ASCII, and every byte but
// letters, digits, hyphens and underscores as %XX. It encodes more than WinSCP does, which decodes whatever is encoded. A
// slash would make a folder of sites.
func munged(name string) string {
	name = strings.ReplaceAll(strings.ToValidUTF8(name, "\uFFFD"), "/", "-")
	var out strings.Builder
	if strings.ContainsFunc(name, func(r rune) bool { return r > '~' }) {
		name = "\uFEFF" + name
	}
	for i := range len(name) {
		c := name[i]
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_' {
			out.WriteByte(c)
			continue
		}
		_, _ = fmt.Fprintf(&out, "%%%02X", c)
	}
	return out.String()
}
