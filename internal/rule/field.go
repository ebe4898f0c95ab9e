package rule

import (
	"slices"
	"strings"
)

// Field is what a condition looks at. Besides the constants, "attr:NAME" is
// the file's attribute NAME.
type Field string

// The fields. The package comment says how each compares.
const (
	Skill       Field = "skill"
	Team        Field = "team"
	Agent       Field = "agent"
	DNIS        Field = "dnis"
	Disposition Field = "disposition"
	ContactID   Field = "contact-id"
	Name        Field = "name"
	Size        Field = "size"
	Stored      Field = "stored"
)

const (
	attrPrefix = "attr:"
	// mediaTypeName is the metadata name that holds the media type. No field
	// stands for it, since every rule is about one media type anyway.
	mediaTypeName = "media-type"
	// maxAttributeName bounds NAME; S3 keeps 2 KB for all metadata together.
	maxAttributeName = 128
)

// Fields lists the fields that have a name of their own, in the order in
// which people see them.
func Fields() []Field {
	return []Field{Skill, Team, Agent, DNIS, Disposition, ContactID, Name, Size, Stored}
}

// Attr gives the field for an attribute by its name. A name that has a field
// of its own gives that field, so that it compares the same either way.
func Attr(name string) Field {
	name = AttributeName(name)
	if f := Field(name); name != "" && f.attribute() == name {
		return f
	}
	return Field(attrPrefix + name)
}

// ReadField reads a field from a form: spaces around it, the case of an
// attribute's name and attr: before a known name do not matter.
func ReadField(s string) Field {
	s = strings.TrimSpace(s)
	if name, ok := strings.CutPrefix(s, attrPrefix); ok {
		return Attr(name)
	}
	return Field(s)
}

// AttributeName is the form in which attribute names are kept and compared:
// S3 gives metadata names without case, so lower case; and contact_id and
// media_type mean contact-id and media-type.
func AttributeName(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	switch s {
	case "contact_id", "media_type":
		return strings.ReplaceAll(s, "_", "-")
	}
	return s
}

// Valid tells whether f is one of Fields or a well-formed attr:NAME.
func (f Field) Valid() bool {
	name, ok := strings.CutPrefix(string(f), attrPrefix)
	if !ok {
		return slices.Contains(Fields(), f)
	}
	return name != mediaTypeName && validAttributeName(name) && Attr(name) == f
}

// validAttributeName accepts what can be a metadata name: RFC 9110's token
// characters, in lower case.
func validAttributeName(name string) bool {
	if name == "" || len(name) > maxAttributeName {
		return false
	}
	for i := range len(name) {
		c := name[i]
		switch {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0:
		default:
			return false
		}
	}
	return true
}

// attribute is the name under which a file's attributes hold the field's
// value; empty for the fields that are not attributes.
func (f Field) attribute() string {
	switch f {
	case Name, Size, Stored:
		return ""
	case Skill, Team, Agent, DNIS, Disposition, ContactID:
		return string(f)
	}
	name, _ := strings.CutPrefix(string(f), attrPrefix)
	if name == string(f) {
		return ""
	}
	return name
}

// folds tells whether the field compares without regard to case: the names
// that people give to skills and teams, and type differently each time.
func (f Field) folds() bool { return f == Skill || f == Team }

// Label is the field as a choice in a form.
func (f Field) Label() string {
	switch f {
	case Skill:
		return "Skill"
	case Team:
		return "Team"
	case Agent:
		return "Agent"
	case DNIS:
		return "DNIS"
	case Disposition:
		return "Disposition"
	case ContactID:
		return "Contact ID"
	case Name:
		return "File name"
	case Size:
		return "Size"
	case Stored:
		return "Stored date"
	}
	return "Attribute " + f.attribute()
}

// Hint says how a value of the field is written, for the form.
func (f Field) Hint() string {
	switch f {
	case Skill, Team:
		return "Separate several values by commas. Upper and lower case are the same."
	case Agent, DNIS, Disposition, ContactID:
		return "Separate several values by commas. Upper and lower case differ."
	case Name:
		return "A pattern may hold * for any characters and ? for one."
	case Size:
		return "Bytes, or a number with a unit, such as 10 MB or 2 GiB."
	case Stored:
		return "A date such as 2026-09-20, in UTC."
	}
	return "Separate several values by commas. Upper and lower case differ."
}
