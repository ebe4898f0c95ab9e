package rule

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"seaportal/internal/fault"
)

var today = time.Date(2026, 9, 20, 13, 30, 0, 0, time.UTC)

// form is a valid form, as a browser posts it, with some fields changed.
func form(changes ...string) map[string][]string {
	f := map[string][]string{
		"name": {" Claims "}, "description": {""}, "start_date": {"2026-09-20"}, "media_type": {"call-recording"},
		"priority": {"1"}, "action": {"copy"}, "after_days": {"2"}, "state": {"on"},
		"c[0].field": {"skill"}, "c[0].op": {"any-of"}, "c[0].value": {"Claims DE, Claims AT"},
	}
	for i := 0; i < len(changes); i += 2 {
		f[changes[i]] = []string{changes[i+1]}
	}
	return f
}

func TestFormGivesDefinition(t *testing.T) {
	t.Parallel()
	f := form("c[2].field", "attr:Language", "c[2].op", "exists", "c[2].value", "for another operator", "c[5].op", "any-of", "other", "x")
	got, err := ReadForm(f).Definition(today, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := Definition{
		Name: "Claims", StartDate: Day(today), MediaType: CallRecording, Priority: 1, Action: Copy, AfterDays: 2,
		State: On, Criteria: Criteria{
			{Field: Skill, Operator: AnyOf, Values: []string{"Claims DE", "Claims AT"}},
			{Field: "attr:language", Operator: Exists},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestFormCompletesOtherAttributeByItsName(t *testing.T) {
	t.Parallel()
	in := ReadForm(form("c[0].field", "attr:", "c[0].attr", "Language", "c[1].field", "skill", "c[1].attr", "ignored",
		"c[2].field", "attr:", "c[2].attr", " attr:Language"))
	for _, i := range []int{0, 2} {
		if got := in.Conditions[i].Field; got != "attr:Language" {
			t.Errorf("row %d gives %q", i, got)
		}
	}
	if got := in.Conditions[1].Field; got != "skill" {
		t.Errorf("a name beside another field counts: %q", got)
	}
}

func TestFormComplainsBesideTheField(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 1025)
	tests := []struct {
		name    string
		changes []string
		field   string
		says    string
	}{
		{"no name", []string{"name", "  "}, "name", "name"},
		{"long name", []string{"name", strings.Repeat("ü", 101)}, "name", "100"},
		{"name of two lines", []string{"name", "a\nb"}, "name", "one line"},
		{"broken name", []string{"name", "a\xff"}, "name", "one line"},
		{"long description", []string{"description", strings.Repeat("ü", 1001)}, "description", "1,000"},
		{"no date", []string{"start_date", "soon"}, "start_date", "2026-09-20"},
		{"past date", []string{"start_date", "2026-09-19"}, "start_date", "today"},
		{"media type", []string{"media_type", "fax"}, "media_type", "media types"},
		{"priority 0", []string{"priority", "0"}, "priority", "1 to 10"},
		{"priority 11", []string{"priority", "11"}, "priority", "1 to 10"},
		{"priority word", []string{"priority", "high"}, "priority", "1 to 10"},
		{"action", []string{"action", "burn"}, "action", "copy"},
		{"days below", []string{"after_days", "-1"}, "after_days", "3650"},
		{"days above", []string{"after_days", "3651"}, "after_days", "3650"},
		{"days huge", []string{"after_days", "99999999999999999999"}, "after_days", "3650"},
		{"state", []string{"state", "deleted"}, "state", "draft"},
		{"field", []string{"c[0].field", "colour"}, "c[0].field", "one of the fields"},
		{"attribute", []string{"c[0].field", "attr:a b"}, "c[0].field", "such as language"},
		{"media type twice", []string{"c[0].field", "attr:media-type"}, "c[0].field", "chosen above"},
		{"operator", []string{"c[0].op", "like"}, "c[0].op", "one of the operators"},
		{"operator of another type", []string{"c[0].op", "at-least"}, "c[0].op", "Skill"},
		{"no value", []string{"c[0].value", " , "}, "c[0].value", "at least one"},
		{"long value", []string{"c[0].value", long}, "c[0].value", "1,024"},
		{"control in value", []string{"c[0].value", "a\x00b"}, "c[0].value", "cannot be shown"},
		{"many values", []string{"c[0].value", manyValues(101)}, "c[0].value", "100"},
		{"open quote", []string{"c[0].value", `"a`}, "c[0].value", "closed"},
		{
			"later row keeps its number",
			[]string{"c[4].field", "size", "c[4].op", "at-least", "c[4].value", "big"},
			"c[4].value", "10 MB",
		},
		{
			"two sizes",
			[]string{"c[1].field", "size", "c[1].op", "at-most", "c[1].value", "1,000"},
			"c[1].value", "one value",
		},
		{
			"bad stored",
			[]string{"c[1].field", "stored", "c[1].op", "at-most", "c[1].value", "2 days"},
			"c[1].value", "2026-09-20",
		},
		{
			"bad number",
			[]string{"c[1].field", "attr:duration", "c[1].op", "at-most", "c[1].value", "1m"},
			"c[1].value", "number",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := ReadForm(form(tt.changes...)).Definition(today, nil)
			got := fault.Fields(err)
			if len(got) != 1 || !strings.Contains(got[tt.field], tt.says) {
				t.Errorf("got %v, want %q at %s", got, tt.says, tt.field)
			}
		})
	}
}

func manyValues(n int) string {
	values := make([]string, n)
	for i := range values {
		values[i] = strings.Repeat("a", i+1)
	}
	return WriteValues(values)
}

func TestFormHasAtMostTwentyConditions(t *testing.T) {
	t.Parallel()
	f := form()
	for i := range 21 {
		f[conditionKey(i, "field")] = []string{"team"}
		f[conditionKey(i, "op")] = []string{"exists"}
		f[conditionKey(i, "value")] = nil
	}
	d, err := ReadForm(f).Definition(today, nil)
	if got := fault.Fields(err); len(got) != 1 || got["c[20].field"] == "" {
		t.Errorf("got %v", got)
	}
	if len(d.Criteria) != MaxConditions {
		t.Errorf("kept %d conditions", len(d.Criteria))
	}
	d.Criteria = append(d.Criteria, d.Criteria[0])
	if got := fault.Fields(d.Validate(today, nil)); len(got) != 1 || got["c[20].field"] == "" {
		t.Errorf("Validate: %v", got)
	}
}

func TestEveryMistakeIsNamedAtOnce(t *testing.T) {
	t.Parallel()
	_, err := ReadForm(nil).Definition(today, nil)
	got := fault.Fields(err)
	for _, name := range []string{"name", "start_date", "media_type", "priority", "action", "after_days", "state"} {
		if got[name] == "" {
			t.Errorf("nothing at %s: %v", name, got)
		}
	}
	if fault.KindOf(err) != fault.Invalid {
		t.Errorf("kind %v", fault.KindOf(err))
	}
}

func TestEditKeepsItsPastStart(t *testing.T) {
	t.Parallel()
	past := Day(today).AddDate(0, 0, -40)
	in := ReadForm(form("start_date", past.Format(time.DateOnly)))
	if _, err := in.Definition(today, &past); err != nil {
		t.Errorf("the unchanged start is refused: %v", err)
	}
	other := past.AddDate(0, 0, 1)
	if _, err := in.Definition(today, &other); fault.Fields(err)["start_date"] == "" {
		t.Errorf("another past start is accepted: %v", err)
	}
}

func TestInputOfDefinitionReadsBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := definitions().Draw(t, "definition")
		if want.Validate(today, nil) != nil {
			t.Fatalf("the generator made an invalid definition: %v", want.Validate(today, nil))
		}
		got, err := InputOf(want).Definition(today, nil)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
	})
}

func FuzzForm(f *testing.F) {
	f.Add("name", "c[0].field", "c[3].value", "skill")
	f.Add("c[99].op", "c[100].op", "c[-1].value", "x")
	f.Add("c[007].op", "c[0].", "c[].field", "size")
	f.Fuzz(func(t *testing.T, a, b, c, value string) {
		in := ReadForm(form(a, value, b, value, c, value))
		if len(in.Conditions) > maxRows {
			t.Fatalf("%d rows", len(in.Conditions))
		}
		d, err := in.Definition(today, nil)
		if err == nil {
			if _, err := Compile(d); err != nil {
				t.Errorf("valid, but does not compile: %v", err)
			}
		}
		if plainSentence(d, 30, today) == "" {
			t.Error("no sentence")
		}
	})
}
