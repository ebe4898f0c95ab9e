package store

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestInstantsAreReadAsTheyWereWritten(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := time.Unix(rapid.Int64Range(-6e10, 2e11).Draw(t, "seconds"), rapid.Int64Range(0, 999_999_999).Draw(t, "nanos")).UTC()
		text := want.Format(sqliteTime)
		if got, ok := readUTC(text); !ok || !got.Equal(want) {
			t.Fatalf("%s is read as %v", text, got)
		}
		east := want.In(time.FixedZone("", 2*60*60)).Format(sqliteTime)
		var got instant
		if err := got.Scan(east); err != nil || !got.Equal(want) {
			t.Fatalf("%s is read as %v: %v", east, got, err)
		}
	})
}

func TestInstantsRefuseWhatIsNone(t *testing.T) {
	t.Parallel()
	for _, value := range []any{"", "today", "2026-11-23 10:00:00", "2026-11-23 10:00:0x+00:00", "2026-11-23 10:00:00.+00:00", int64(7), nil} {
		var at instant
		if err := at.Scan(value); err == nil {
			t.Errorf("%v is read as %v", value, at)
		}
	}
}
