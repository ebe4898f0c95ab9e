// Package ui owns the parts that every screen is made of: buttons, fields, badges, notes, tables, and how sizes, times
// and file names are written. A part takes plain values and draws itself; it refuses to know screens, URLs or requests.
// Parts are styled by static/css/ui-*.css, carry no script and no style, and work before any script has loaded.
package ui

// Tone says what a colour means. It is never the only carrier of that meaning: a word or an icon goes with it.
type Tone string

// The tones.
const (
	ToneNone Tone = ""
	ToneOK   Tone = "ok"
	ToneWarn Tone = "warn"
	ToneBad  Tone = "bad"
	ToneInfo Tone = "info"
)

func (t Tone) icon() IconName {
	switch t {
	case ToneOK:
		return IconDone
	case ToneWarn:
		return IconAlert
	case ToneBad:
		return IconFailed
	case ToneNone, ToneInfo:
		return IconInfo
	}
	return IconInfo
}
