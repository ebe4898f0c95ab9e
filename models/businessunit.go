package models

import (
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"seaportal/internal/fault"
)

// RetentionDays is how long a placed file stays in SEA, in days of 24 hours.
const RetentionDays = 30

const (
	maxNameRunes   = 120
	maxSlugBytes   = 60
	maxBucketBytes = 63  // Amazon S3, general purpose bucket naming rules
	maxPrefixBytes = 512 // leaves half of S3's 1,024 bytes a key to the files
)

var (
	slugPattern   = regexp.MustCompile(`^[a-z0-9-]+$`)
	bucketPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)
)

// StorageKind tells where a unit keeps its files.
type StorageKind string

// The storage kinds. Only files on system storage are eligible for SEA.
const (
	StorageSystem StorageKind = "system"
	StorageCustom StorageKind = "custom"
)

// SEAState tells how far a unit is with Secure External Access.
type SEAState string

// The states of SEA. Enabling and disabling are intents: what was not finished
// when the process ended is finished at the next start.
const (
	SEAOff       SEAState = "off"
	SEAEnabling  SEAState = "enabling"
	SEAEnabled   SEAState = "enabled"
	SEADisabling SEAState = "disabling"
)

// BusinessUnit is a tenant. ActivePrefix and SEAPrefix end in a slash.
// ScanWanted counts the wishes for a run and ScanDone the wishes that a
// finished run had seen when it began, so that no wish is ever absorbed by a
// run that was already going.
type BusinessUnit struct {
	ID            int64       `gorm:"primaryKey"`
	Slug          string      `gorm:"not null;size:60;uniqueIndex:business_units_slug"`
	Name          string      `gorm:"not null"`
	Region        string      `gorm:"not null"`
	ActiveBucket  string      `gorm:"not null"`
	ActivePrefix  string      `gorm:"not null"`
	StorageKind   StorageKind `gorm:"not null;size:20"`
	SEAState      SEAState    `gorm:"column:sea_state;not null;size:20"`
	SEABucket     *string     `gorm:"column:sea_bucket;uniqueIndex:business_units_sea,priority:1"`
	SEAPrefix     *string     `gorm:"column:sea_prefix;uniqueIndex:business_units_sea,priority:2"`
	RetentionDays int         `gorm:"not null"`
	DailyLimit    int         `gorm:"not null"`
	FolderMarker  bool        `gorm:"not null"`
	KeyTemplate   string      `gorm:"not null"`
	// CustomKeyARN is the KMS key that encrypts what is placed from now on;
	// empty for the system-generated one.
	CustomKeyARN string `gorm:"column:kms_key_arn;not null;default:''"`
	// AllowedAddresses are the ranges that the credential set works from, one a
	// line and normalised; empty for any. PolicyWanted counts their changes and
	// PolicyDone those that the IAM policy holds.
	AllowedAddresses string `gorm:"not null;default:''"`
	PolicyWanted     int64  `gorm:"not null;default:0"`
	PolicyDone       int64  `gorm:"not null;default:0"`
	ScanWanted       int64  `gorm:"not null"`
	ScanDone         int64  `gorm:"not null"`
	ScannedAt        *time.Time
	// ScanError says why the last scan failed, or, where ScanSkipped counts
	// objects that it passed over, why it did so with the first of them.
	ScanError   string `gorm:"not null"`
	ScanSkipped int64  `gorm:"not null;default:0"`
	LockVersion int64  `gorm:"not null"`
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// Validate checks what a person may enter. It returns fault.Invalid with the
// form's field names.
func (u BusinessUnit) Validate() error {
	var bad []fault.Field
	complain := func(name, msg string) { bad = append(bad, fault.Field{Name: name, Msg: msg}) }
	switch {
	case strings.TrimSpace(u.Name) == "":
		complain("name", "Enter a name.")
	case utf8.RuneCountInString(u.Name) > maxNameRunes:
		complain("name", "Use at most 120 characters.")
	case strings.ContainsFunc(u.Name, isControl):
		complain("name", "Use no line breaks or other control characters.")
	}
	switch {
	case u.Slug == "":
		complain("slug", "Enter a slug: it names the unit in addresses.")
	case len(u.Slug) > maxSlugBytes:
		complain("slug", "Use at most 60 characters.")
	case !slugPattern.MatchString(u.Slug):
		complain("slug", "Use only small letters a to z, digits and hyphens.")
	case u.Slug == "new":
		complain("slug", "“new” is reserved. Choose another slug.")
	}
	if len(u.ActiveBucket) > maxBucketBytes || !bucketPattern.MatchString(u.ActiveBucket) {
		complain("active_bucket", "Enter a bucket name: 3 to 63 small letters, digits, dots and hyphens.")
	}
	if msg := prefixComplaint(u.ActivePrefix); msg != "" {
		complain("active_prefix", msg)
	}
	return fault.BadInput(bad...)
}

func prefixComplaint(prefix string) string {
	switch {
	case len(prefix) > maxPrefixBytes:
		return "Use at most 512 bytes."
	case !strings.HasSuffix(prefix, "/"):
		return "End the prefix with a slash."
	case strings.HasPrefix(prefix, "/") || strings.Contains(prefix, "//"):
		return "Use no empty folder names: no slash in front and no two in a row."
	case !utf8.ValidString(prefix) || strings.ContainsFunc(prefix, isControl):
		return "Use no control characters."
	}
	for _, part := range strings.Split(prefix, "/") {
		if part == "." || part == ".." {
			return "Use no “.” or “..” as a folder name."
		}
	}
	return ""
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f }

// FileLocation is the SEA location as `bucket/prefix/`, empty until one is
// assigned.
func (u BusinessUnit) FileLocation() string {
	if u.SEABucket == nil || u.SEAPrefix == nil {
		return ""
	}
	return *u.SEABucket + "/" + *u.SEAPrefix
}

// FileLocationURL is the SEA location below an S3 endpoint, path style.
func (u BusinessUnit) FileLocationURL(endpoint string) string {
	location := u.FileLocation()
	if location == "" {
		return ""
	}
	return strings.TrimSuffix(endpoint, "/") + (&url.URL{Path: "/" + location}).EscapedPath()
}

// HasLocation tells whether a SEA location was ever assigned.
func (u BusinessUnit) HasLocation() bool { return u.FileLocation() != "" }

// Allowed are the address ranges that the unit's credential set works from;
// none means any.
func (u BusinessUnit) Allowed() []string { return strings.Fields(u.AllowedAddresses) }

// PolicyPending tells whether the IAM policy does not hold the unit's allowed
// addresses yet. A unit without a location has no policy that could.
func (u BusinessUnit) PolicyPending() bool { return u.HasLocation() && u.PolicyDone < u.PolicyWanted }

// IAMUser is the name of the unit's IAM user.
func (u BusinessUnit) IAMUser() string { return "sea-" + u.Slug }
