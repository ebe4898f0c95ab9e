package e2e

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// wrong is one form with one field spoilt.
type wrong struct {
	name  string
	field string // that is spoilt, and marked
	value string
}

// TestBadInput sends each form with one field wrong: 422, the same form with its values, and a message by the field.
func TestBadInput(t *testing.T) {
	t.Parallel()
	in := launch(t)
	p := in.signedIn(adminEmail, "administrator")
	p.createUnit("Taken", "taken")
	rules := unitPath("taken", "rules")
	p.post(rules, ruleForm("Taken", copied, "copy")).want(http.StatusSeeOther)

	t.Run("business unit", func(t *testing.T) {
		checkWrong(t, p, "/business-units", url.Values{"name": {"A good name"}, "slug": {"good-slug"}}, []wrong{
			{"no name", "name", ""},
			{"blank name", "name", " \t "},
			{"long name", "name", strings.Repeat("n", 5000)},
			{"no slug", "slug", ""},
			{"long slug", "slug", strings.Repeat("s", 61)},
			{"slug with a capital", "slug", "Slug"},
			{"slug with a slash", "slug", "a/b"},
			{"slug with a letter of another script", "slug", "büro"},
			{"reserved slug", "slug", "new"},
			{"duplicate slug", "slug", "taken"},
		})
	})
	t.Run("rule", func(t *testing.T) {
		form := ruleForm("A good rule", copied, "copy")
		form.Set("priority", "2")
		form.Set("c[0].field", "team")
		form.Set("c[0].op", "any-of")
		form.Set("c[0].value", "north")
		checkWrong(t, p, rules, form, []wrong{
			{"no name", "name", ""},
			{"long name", "name", strings.Repeat("n", 5000)},
			{"duplicate name", "name", "Taken"},
			{"long description", "description", strings.Repeat("d", 50_000)},
			{"past start", "start_date", time.Now().UTC().AddDate(0, 0, -1).Format(time.DateOnly)},
			{"no start", "start_date", ""},
			{"a start that is no date", "start_date", "2026-13-40"},
			{"unknown media type", "media_type", "telegram"},
			{"no media type", "media_type", ""},
			{"priority taken", "priority", "1"},
			{"priority too small", "priority", "0"},
			{"priority too large", "priority", "11"},
			{"priority that is no number", "priority", "first"},
			{"unknown action", "action", "delete"},
			{"negative days", "after_days", "-1"},
			{"days out of range", "after_days", "99999999999999999999"},
			{"days that are no number", "after_days", "soon"},
			{"unknown state", "state", "deleted"},
			{"unknown condition field", "c[0].field", "colour"},
			{"unknown operator", "c[0].op", "resembles"},
			{"empty condition", "c[0].value", ""},
			{"long condition", "c[0].value", strings.Repeat("v", 50_000)},
		})
	})
	t.Run("conditions that make no sense", func(t *testing.T) { checkConditions(t, p, rules) })
	t.Run("confirmations", func(t *testing.T) { checkConfirmations(t, p) })
	t.Run("unknown unit", func(t *testing.T) { checkUnknown(t, p) })
}

// checkWrong spoils one field after the other.
func checkWrong(t *testing.T, p *portal, path string, good url.Values, table []wrong) {
	t.Helper()
	for _, w := range table {
		t.Run(w.name, func(t *testing.T) {
			form := maps.Clone(good)
			form[w.field] = []string{w.value}
			p := &portal{t, p.base, p.http, p.signer}
			answer := p.post(path, form).want(http.StatusUnprocessableEntity)
			answer.wantFault(w.field)
			_, kept := answer.form("name")
			for field, values := range good {
				if field != w.field && kept.Get(field) != values[0] && field != "state" {
					t.Errorf("%s was %q and is %q", field, values[0], kept.Get(field))
				}
			}
			if w.field == "name" || w.field == "slug" {
				if kept.Get(w.field) != w.value {
					t.Errorf("what was typed into %s is lost: %q", w.field, kept.Get(w.field))
				}
			}
		})
	}
}

func checkConditions(t *testing.T, p *portal, rules string) {
	t.Helper()
	for name, condition := range map[string][3]string{
		"a size that is no number":     {"size", "at-least", "large"},
		"a size out of range":          {"size", "at-least", "99999999999999999999999"},
		"a comparison of texts":        {"team", "at-least", "5"},
		"an attribute without a name":  {"attr:", "any-of", "x"},
		"a day that is none":           {"stored", "at-least", "yesterday-ish"},
		"nothing but commas":           {"team", "any-of", ", ,"},
		"a line break in an attribute": {"attr:a\nb", "any-of", "x"},
		"a value that rings the bell":  {"team", "any-of", "a\x07b"},
	} {
		form := ruleForm("Conditions", copied, "copy")
		form.Set("priority", "3")
		form.Set("c[0].field", condition[0])
		form.Set("c[0].op", condition[1])
		form.Set("c[0].value", condition[2])
		if got := p.post(rules, form).Status; got != http.StatusUnprocessableEntity {
			t.Errorf("%s: status %d, not 422", name, got)
		}
	}
}

func checkConfirmations(t *testing.T, p *portal) {
	t.Helper()
	set := p.generate("taken")
	nonce := p.get(unitPath("taken", "credentials", "regenerate")).want(http.StatusOK).nonce()
	answer := p.post(unitPath("taken", "credentials", "regenerate"), url.Values{"nonce": {nonce}, "confirm": {"token"}})
	answer.want(http.StatusUnprocessableEntity).wantFault("confirm")
	for _, action := range []string{"credentials/revoke", "disable"} {
		p.post(unitPath("taken", action), url.Values{"confirm": {""}}).want(http.StatusUnprocessableEntity).wantFault("confirm")
	}
	set.list(t, set.Bucket, set.Prefix) // the set still works: nothing was changed

	again := p.post(unitPath("taken", "credentials"), url.Values{"nonce": {nonce}})
	if again.Status != http.StatusConflict {
		t.Errorf("a second set while one is active: status %d, not 409", again.Status)
	}
	for _, nonce := range []string{"", "made-up"} {
		answer := p.post(unitPath("taken", "credentials", "regenerate"), url.Values{"nonce": {nonce}, "confirm": {"taken"}})
		if answer.Status < 400 || strings.Contains(answer.Body, `data-field="secret-access-key"`) {
			t.Errorf("a form with nonce %q gives status %d", nonce, answer.Status)
		}
	}
	set.list(t, set.Bucket, set.Prefix)
}

// checkUnknown asks for things that do not exist: always the same 404.
func checkUnknown(t *testing.T, p *portal) {
	t.Helper()
	for _, path := range []string{
		unitPath("nobody"), unitPath("nobody", "credentials"), unitPath("nobody", "rules"), unitPath("nobody", "rules", "new"),
		unitPath("nobody", "files"), unitPath("nobody", "history"), unitPath("taken", "files", "4711", "download"),
		unitPath("taken", "files", "x", "download"), unitPath("taken", "rules", "4711"), unitPath("%00"), "/nowhere", "/d/made-up-token",
	} {
		p.get(path).want(http.StatusNotFound)
	}
	for _, path := range []string{"enable", "run", "rules", "rules/preview", "credentials", "credentials/regenerate", "files/delete"} {
		p.post(unitPath("nobody", path), url.Values{"confirm": {"nobody"}, "nonce": {"x"}}).want(http.StatusNotFound)
	}
}
