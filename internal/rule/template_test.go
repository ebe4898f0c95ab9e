package rule

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTemplateReadsKeys(t *testing.T) {
	t.Parallel()
	const usual = "{media_type}/{team}/{skill}/{date}/{contact_id}.{ext}"
	tests := []struct {
		template, key string
		media         MediaType
		want          map[string]string
	}{
		{usual, "call-recording/North/Claims DE/2026-09-20/c.17.wav", CallRecording, map[string]string{
			"team": "North", "skill": "Claims DE", "date": "2026-09-20", "contact-id": "c.17", "ext": "wav",
		}},
		{usual, "fax/North/Claims/2026/17.tif", Other, map[string]string{
			"team": "North", "skill": "Claims", "date": "2026", "contact-id": "17", "ext": "tif",
		}},
		{usual, "call-recording/North/Claims/17.wav", "", nil},
		{usual, "call-recording//Claims/2026/17.wav", "", nil},
		{usual, "more/call-recording/a/b/c/17.wav", "", nil},
		{"{_}/{_}/{Agent}", "x/y/Anna", Other, map[string]string{"agent": "Anna"}},
		{"rec+{dnis}(1)", "rec+800(1)", Other, map[string]string{"dnis": "800"}},
		{"rec+{dnis}(1)", "recc800(1)", "", nil},
		{"{skill}", "two\nlines", Other, map[string]string{"skill": "two\nlines"}},
	}
	for _, tt := range tests {
		tpl, err := ParseTemplate(tt.template)
		if err != nil {
			t.Fatal(err)
		}
		media, got, ok := tpl.Read(tt.key)
		if ok != (tt.want != nil) || ok && media != tt.media {
			t.Errorf("%s of %q: media type %q, %v", tt.template, tt.key, media, ok)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s of %q: %s", tt.template, tt.key, diff)
		}
	}
}

func TestParseTemplateSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	for template, says := range map[string]string{
		"":                        "name at least one",
		"a/b":                     "name at least one",
		"{_}/{_}":                 "name at least one",
		"{skill":                  "close",
		"skill}":                  "before it",
		"{skill}/}":               "before it",
		"{skill}{team}":           "between",
		"{skill}/{Skill}":         "twice",
		"{two words}":             "no attribute",
		"{}":                      "no attribute",
		"{a{b}":                   "no attribute",
		strings.Repeat("a", 1025): "1,024",
		"{skill}\x00":             "cannot be shown",
	} {
		if _, err := ParseTemplate(template); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, want %q", template, err, says)
		}
	}
}

func FuzzTemplate(f *testing.F) {
	f.Add("{media_type}/{team}.{ext}", "call-recording/North.wav")
	f.Add("{a}-{b}", "a-b-c")
	f.Fuzz(func(t *testing.T, template, key string) {
		tpl, err := ParseTemplate(template)
		if err != nil {
			return
		}
		media, attributes, ok := tpl.Read(key)
		if !media.Valid() || !ok && attributes != nil {
			t.Errorf("%q of %q: %q %v", template, key, media, attributes)
		}
		for name, value := range attributes {
			if !validAttributeName(name) || value == "" || strings.Contains(value, "/") {
				t.Errorf("%q of %q: %q is %q", template, key, name, value)
			}
		}
	})
}

func TestReadMetadata(t *testing.T) {
	t.Parallel()
	media, got := ReadMetadata(map[string]string{
		"media-type": "Call-Recording", "skill": "=?UTF-8?B?R3LDvMOfZQ==?=", "team": " North ", "agent": "",
		"Contact_ID": "17", "language": "=?UTF-8?Q?de=20AT?= x", "note": "=?broken?=", "latin": "a\xe9b",
		"lines": "=?UTF-8?Q?a=0Ab?=", "bad name": "x", "dnis": "+4930",
	})
	want := map[string]string{
		"skill": "Grüße", "team": "North", "contact-id": "17", "language": "de AT x", "note": "=?broken?=",
		"latin": "a\uFFFDb", "lines": "a b", "dnis": "+4930",
	}
	if media != CallRecording {
		t.Errorf("media type %q", media)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestMetadataWithoutMediaTypeIsOther(t *testing.T) {
	t.Parallel()
	for _, m := range []map[string]string{nil, {"media-type": "fax"}, {"media-type": ""}} {
		if media, attributes := ReadMetadata(m); media != Other || len(attributes) != 0 {
			t.Errorf("%v gives %q, %v", m, media, attributes)
		}
	}
}

func TestPlainMetadataNameWins(t *testing.T) {
	t.Parallel()
	_, got := ReadMetadata(map[string]string{"contact_id": "a", "contact-id": "b", "CONTACT-ID": "c"})
	if got["contact-id"] != "b" {
		t.Errorf("got %v", got)
	}
}
