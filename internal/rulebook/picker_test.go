package rulebook

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"seaportal/internal/rule"
	"seaportal/internal/store"
)

func TestPickerAgreesWithTheRealParser(t *testing.T) {
	t.Parallel()
	names := rapid.SampledFrom([]string{"skill", "team", "a b", "", "ä", `q"`})
	texts := rapid.StringOf(rapid.SampledFrom([]rune{'a', ' ', '"', '\\', ',', ':', '{', '}', 'ä', '\n', '<', 0x2028}))
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.MapOf(names, texts).Draw(t, "attributes")
		text, err := json.Marshal(all)
		if err != nil {
			t.Fatal(err)
		}
		p := &picker{wanted: map[string]struct{}{"skill": {}, "ä": {}}, into: map[string]string{"skill": "of another file"}}
		got, err := p.file(&store.CatalogueRow{Attributes: string(text)}, rule.Email)
		want := map[string]string{}
		for name := range p.wanted {
			if value, there := all[name]; there {
				want[name] = value
			}
		}
		if diff := cmp.Diff(want, got.Attributes); err != nil || diff != "" {
			t.Fatalf("%s: %v %s", text, err, diff)
		}
	})
}

func TestPickerRefusesWhatIsNoObjectOfTexts(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"": true, "{}": true, `{ "skill" : "A" }`: true, `{"skill":"A"}`: true,
		"[]": false, `{"skill":1}`: false, `{"skill":"A"`: false, `{"skill"`: false, `{"skill":"A",}`: false,
	} {
		p := &picker{wanted: map[string]struct{}{"skill": {}}, into: map[string]string{}}
		if _, err := p.file(&store.CatalogueRow{Attributes: text}, rule.Email); (err == nil) != want {
			t.Errorf("%q: %v", text, err)
		}
	}
}
