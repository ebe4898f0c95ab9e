package rule

import (
	"slices"
	"strings"
)

// MediaType is the kind of contact that a file holds. A rule is about exactly
// one of them.
type MediaType string

// The media types, as forms, metadata and the database spell them.
const (
	CallRecording     MediaType = "call-recording"
	ScreenRecording   MediaType = "screen-recording"
	ChatTranscript    MediaType = "chat-transcript"
	DigitalAttachment MediaType = "digital-attachment"
	Email             MediaType = "email"
	IAReport          MediaType = "ia-report"
	Other             MediaType = "other"
)

// MediaTypes lists every media type in the order in which people see them.
func MediaTypes() []MediaType {
	return []MediaType{
		CallRecording, ScreenRecording, ChatTranscript, DigitalAttachment, Email, IAReport, Other,
	}
}

// Valid tells whether m is one of MediaTypes.
func (m MediaType) Valid() bool { return slices.Contains(MediaTypes(), m) }

// ReadMediaType reads what a file says of itself, without regard to case and
// with underscores for hyphens. A file that says nothing, or something
// unknown, is Other: it stays in the catalogue and rules for Other reach it.
func ReadMediaType(s string) MediaType {
	m := MediaType(strings.ReplaceAll(strings.ToLower(strings.TrimSpace(s)), "_", "-"))
	if m.Valid() {
		return m
	}
	return Other
}

// Label is the media type as a choice in a form.
func (m MediaType) Label() string {
	switch m {
	case CallRecording:
		return "Call recording"
	case ScreenRecording:
		return "Screen recording"
	case ChatTranscript:
		return "Chat transcript"
	case DigitalAttachment:
		return "Digital attachment"
	case Email:
		return "Email"
	case IAReport:
		return "Interaction analytics report"
	case Other:
		return "Other"
	}
	return string(m)
}

// noun is the media type after "every" in the sentence.
func (m MediaType) noun() string {
	switch m {
	case Other:
		return "file of no listed media type"
	case CallRecording, ScreenRecording, ChatTranscript, DigitalAttachment, Email, IAReport:
		return strings.ToLower(m.Label())
	}
	return string(m) + " file"
}
