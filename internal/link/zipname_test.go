package link

import (
	"path"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"seaportal/models"
)

func names(keys ...string) []string {
	files := make([]models.Placement, len(keys))
	for i, key := range keys {
		files[i].Key = key
	}
	return namesIn(files)
}

func TestNamesInAZIPAreSafeAndTellFilesApart(t *testing.T) {
	t.Parallel()
	for name, try := range map[string]struct{ keys, want []string }{
		"folders are kept":       {[]string{"a/b/c.wav"}, []string{"a/b/c.wav"}},
		"nothing leaves":         {[]string{"../../etc/passwd", "/abs", "a/../b", "./x", `..\up`, "C:/win"}, []string{"file/file/etc/passwd", "abs", "a/file/b", "file/x", ".._up", "C_/win"}},
		"letters of either case": {[]string{"A.wav", "a.wav", "a (2).wav"}, []string{"A.wav", "a (2).wav", "a (2) (2).wav"}},
		"a file and a folder":    {[]string{"a", "a/b"}, []string{"a (2)", "a/b"}},
		"devices of Windows":     {[]string{"con", "AUX.txt", "aux2"}, []string{"_con", "_AUX.txt", "aux2"}},
		"ends and marks":         {[]string{"a. ", "b?*", "c\u202etxt"}, []string{"a_", "b__", "c_txt"}},
		"empty parts":            {[]string{"a//b", "//"}, []string{"a/b", "file"}},
		"the note of a ZIP":      {[]string{"FILES THAT ARE MISSING.txt"}, []string{"FILES THAT ARE MISSING (2).txt"}},
	} {
		if diff := cmp.Diff(try.want, names(try.keys...)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestAnyKeysGiveNamesThatUnpackWhereTheyShould(t *testing.T) {
	t.Parallel()
	part := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"a", "A", "b", "..", ".", "", "con", `\`, "\xff", strings.Repeat("é", 300)}))
	rapid.Check(t, func(t *rapid.T) {
		keys := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) string {
			return strings.Join(rapid.SliceOfN(part, 1, 4).Draw(t, "parts"), "/")
		}), 1, 12).Draw(t, "keys")
		taken := map[string]bool{}
		for _, name := range names(keys...) {
			low := strings.ToLower(name)
			if taken[low] || !filepath.IsLocal(name) || !utf8.ValidString(name) || path.Clean(name) != name || strings.ContainsAny(name, "\\:\x00") {
				t.Fatalf("%q of %q", name, keys)
			}
			taken[low] = true
			for _, part := range strings.Split(name, "/") {
				if len(part) > 255 {
					t.Fatalf("a part of %d bytes", len(part))
				}
			}
		}
		for low := range taken { // no file stands where another one needs a folder
			for folder := path.Dir(low); folder != "."; folder = path.Dir(folder) {
				if taken[folder] {
					t.Fatalf("%q is a file and a folder", folder)
				}
			}
		}
	})
}
