package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"seaportal/models"
)

const credentialsPage = "/business-units/emea/credentials"

// addSet puts a set in a state straight into the database.
func (p *portal) addSet(state models.CredentialState, keyID string) models.Credential {
	p.t.Helper()
	until := time.Now().UTC().Truncate(time.Microsecond).Add(time.Minute)
	set := models.Credential{
		UnitID: p.unit.ID, State: state, AccessKeyID: keyID, CreatedAt: until.Add(-2 * time.Minute), CreatedBy: "Grace <b>", RetiredBy: "Ada", LeaseUntil: &until,
	}
	if state == models.CredentialActive {
		verified := set.CreatedAt
		set.LeaseUntil, set.VerifiedAt = nil, &verified
	}
	if err := p.store.InsertCredential(p.t.Context(), &set); err != nil {
		p.t.Fatal(err)
	}
	return set
}

func TestProgressTellsHowFarASetIs(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.signedIn("viewer@example.com")
	progress := credentialsPage + "/progress"
	if a := c.get(progress); a.status != http.StatusNoContent || a.body != "" {
		t.Errorf("nothing to tell: %d %s", a.status, a.body)
	}
	now := func(want string, steps int) {
		t.Helper()
		a := c.get(progress)
		doc := a.doc(t)
		if got := doc.Find("[aria-current=step] strong").Text(); a.status != http.StatusOK || got != want || doc.Find("li").Length() != steps {
			t.Errorf("%d: at %q of %d steps", a.status, got, doc.Find("li").Length())
		}
		if a.header.Get("Cache-Control") != "no-store" || strings.Contains(a.body, "<html") || strings.Contains(a.body, "AKIA") {
			t.Errorf("cached, or more than a part: %s", a.body)
		}
	}
	set := p.addSet(models.CredentialIssuing, "")
	now("Make the new key", 2)
	p.execute("UPDATE credentials SET access_key_id = 'AKIANEW' WHERE id = ?", set.ID)
	now("List the location with it", 2)
	p.execute("UPDATE credentials SET verified_at = created_at WHERE id = ?", set.ID)
	p.addSet(models.CredentialRetiring, "AKIAOLD")
	now("Stop the current key, and try it until it is refused", 3)
	page := c.get(credentialsPage)
	main := page.doc(t).Find("main")
	if !strings.Contains(main.Text(), "Started by Grace <b>") || main.Find("[data-progress][data-reload] [data-steps] li").Length() != 3 {
		t.Errorf("the page says %s", main.Text())
	}
	if strings.Contains(main.Text(), "AKIAOLD works") {
		t.Error("a set that is being stopped is said to work")
	}
	p.execute("DELETE FROM credentials WHERE id = ?", set.ID)
	now("Stop the current key, and try it until it is refused", 1)
	if text := c.get(credentialsPage).doc(t).Find("main").Text(); !strings.Contains(text, "The set is being revoked") {
		t.Errorf("the page says %s", text)
	}
}

func TestTheConnectionTestAnswersThoughNobodyElseDoes(t *testing.T) {
	t.Parallel()
	p := start(t)
	p.addSet(models.CredentialActive, "AKIAEXAMPLE0000000KEY")
	c := p.admin()
	before := c.get(credentialsPage + "/test").doc(t)
	if before.Find("main form[method=post] button").Length() == 0 || !strings.Contains(before.Find("pre").Text(), "aws s3 ls --recursive s3://sea/emea/ --profile sea") {
		t.Errorf("it asks %s", before.Find("main").Text())
	}
	a := c.post(credentialsPage+"/test", nil)
	text := a.doc(t).Find("main").Text()
	if a.status != http.StatusOK || !strings.Contains(text, "The identity service did not answer.") || !strings.Contains(text, nowhere+" could not be reached") {
		t.Errorf("answers %d: %s", a.status, text)
	}
	if p.count("history") != p.historyAfterStart() {
		t.Error("a test changed something")
	}
}

// historyAfterStart is the number of rows that starting and signing in write.
func (p *portal) historyAfterStart() int64 {
	p.t.Helper()
	db, err := p.store.SQL()
	if err != nil {
		p.t.Fatal(err)
	}
	var n int64
	if err := db.QueryRowContext(p.t.Context(), "SELECT COUNT(*) FROM history WHERE business_unit_id = 0").Scan(&n); err != nil {
		p.t.Fatal(err)
	}
	return n
}

func TestNothingIsAskedOfASetThatIsNotThere(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.admin()
	for _, page := range []string{"/regenerate", "/revoke"} {
		if a := c.get(credentialsPage + page); a.status != http.StatusSeeOther || a.header.Get("Location") != credentialsPage {
			t.Errorf("%s answers %d to %q", page, a.status, a.header.Get("Location"))
		}
		if a := c.post(credentialsPage+page, url.Values{"confirm": {"wrong"}}); a.status != http.StatusConflict {
			t.Errorf("%s with a wrong confirmation answers %d", page, a.status)
		}
	}
	set := p.addSet(models.CredentialRetired, "AKIAEXAMPLE0000000KEY")
	p.execute("UPDATE credentials SET retired_at = ? WHERE id = ?", time.Now().UTC().Add(-3*time.Minute), set.ID)
	if a := c.get(credentialsPage + "/revoke"); a.status != http.StatusSeeOther {
		t.Errorf("where the set is revoked it answers %d", a.status)
	}
	main := c.get(credentialsPage).doc(t).Find("main")
	said := main.Find(".hint:contains('The last set was revoked')")
	if said.Find("time").Length() != 1 || said.Find("bdi").Text() != "Ada" || main.Find("button:contains('Generate credentials')").Length() != 1 {
		t.Errorf("where it leads to, it says %s", said.Text())
	}
}

// TestARevokeFormSpeaksOfOneSet sends one that was open while somebody else regenerated.
func TestARevokeFormSpeaksOfOneSet(t *testing.T) {
	t.Parallel()
	p := start(t)
	set := p.addSet(models.CredentialActive, "AKIAEXAMPLE0000000KEY")
	c := p.admin()
	revoke := credentialsPage + "/revoke"
	field := c.get(revoke).doc(t).Find("input[name=access_key_id]").AttrOr("value", "")
	if field != set.AccessKeyID {
		t.Fatalf("the form names %q", field)
	}
	a := c.post(revoke, url.Values{"access_key_id": {field}, "confirm": {"wrong"}})
	if kept := a.doc(t).Find("input[name=access_key_id]").AttrOr("value", ""); a.status != http.StatusUnprocessableEntity || kept != field {
		t.Errorf("a wrong confirmation answers %d with a form for %q", a.status, kept)
	}
	p.execute("UPDATE credentials SET access_key_id = 'AKIAANOTHER000000KEY2' WHERE id = ?", set.ID)
	for _, typed := range []string{"emea", "wrong"} {
		a := c.post(revoke, url.Values{"access_key_id": {field}, "confirm": {typed}})
		text := a.doc(t).Find("main").Text()
		if a.status != http.StatusConflict || !strings.Contains(text, "Grace <b> generated credential set AKIA••••KEY2 on ") {
			t.Errorf("a stale form with %q answers %d: %s", typed, a.status, text)
		}
	}
	if text := c.get(credentialsPage).doc(t).Find("main").Text(); !strings.Contains(text, "AKIAANOTHER000000KEY2") || !strings.Contains(text, "Active") {
		t.Errorf("the new set is not active any more: %s", text)
	}
}

// TestARefusedFormIsNoSuccessWhileASetIsMade types the wrong slug while, or after, somebody made one and went away.
func TestARefusedFormIsNoSuccessWhileASetIsMade(t *testing.T) {
	t.Parallel()
	p := start(t)
	set := p.addSet(models.CredentialIssuing, "")
	c := p.admin()
	for _, page := range []string{"/regenerate", "/revoke"} {
		p.execute("UPDATE credentials SET lease_until = ? WHERE id = ?", time.Now().UTC().Add(time.Minute), set.ID)
		if a := c.post(credentialsPage+page, url.Values{"confirm": {"wrong"}}); a.status != http.StatusConflict || !strings.Contains(a.body, "Grace") {
			t.Errorf("%s answers %d", page, a.status)
		}
		p.execute("UPDATE credentials SET lease_until = ? WHERE id = ?", time.Now().UTC().Add(-time.Minute), set.ID)
		if a := c.post(credentialsPage+page, url.Values{"confirm": {"wrong"}}); a.status != http.StatusConflict || !strings.Contains(a.body, "Interrupted") {
			t.Errorf("%s answers %d where whoever made it is gone", page, a.status)
		}
	}
}

func TestLastUseIsShownWhereItMatters(t *testing.T) {
	t.Parallel()
	p := start(t)
	set := p.addSet(models.CredentialActive, "AKIAEXAMPLE0000000KEY")
	c := p.admin()
	pages := []string{credentialsPage, credentialsPage + "/regenerate", credentialsPage + "/revoke"}
	for _, page := range pages[1:] {
		if text := c.get(page).doc(t).Find("main").Text(); !strings.Contains(text, "When it was last used is not known: the identity service did not say.") {
			t.Errorf("%s says %s", page, text)
		}
	}
	at := time.Now().UTC().Add(-3 * time.Minute)
	seen := []models.IAMKeyAddress{
		{KeyID: set.AccessKeyID, Address: "203.0.113.7", FirstAt: at, LastAt: at, UsedAt: &at, Requests: 12},
		{KeyID: set.AccessKeyID, Address: "2001:db8::1", FirstAt: at, LastAt: at, UsedAt: &at, Requests: 3, Refused: 1},
		{KeyID: set.AccessKeyID, Address: "198.51.100.1", FirstAt: at, LastAt: at, Requests: 2, Refused: 2},
	}
	p.execute("UPDATE credentials SET verified_at = ?", at.Add(-time.Hour))
	if err := p.store.AddKeyAddresses(t.Context(), seen); err != nil {
		t.Fatal(err)
	}
	for _, page := range pages[1:] {
		if text := c.get(page).doc(t).Find("main").Text(); !strings.Contains(text, "Last used 3 minutes ago from 2 addresses.") {
			t.Errorf("%s says %s", page, text)
		}
	}
	doc := c.get(credentialsPage).doc(t)
	if doc.Find("tbody th:contains('203.0.113.7')").Length() != 1 || !strings.Contains(doc.Find("main").Text(), "from 2 addresses") {
		t.Errorf("the page says %s", doc.Find("main").Text())
	}
	if text := c.get("/business-units/emea").doc(t).Find(".checklist").Text(); !strings.Contains(text, "Connect a client") {
		t.Errorf("the checklist says %s", text)
	}
	if done := c.get("/business-units/emea").doc(t).Find(".checklist li:contains('Connect a client') .step-mark.done").Length(); done != 1 {
		t.Error("the first signed request does not tick the step")
	}
	p.execute("UPDATE credentials SET verified_at = datetime('now', '-200 days'), acknowledged_at = verified_at")
	p.execute("UPDATE iam_key_addresses SET used_at = datetime('now', '-91 days')")
	if text := c.get("/").doc(t).Find("main").Text(); !strings.Contains(text, "EMEA: credentials unused for 90 days") {
		t.Errorf("the overview says %s", text)
	}
	for page, want := range map[string]string{"/business-units/emea": "credentials unused for 90 days", credentialsPage: "Unused for 90 days"} {
		if text := c.get(page).doc(t).Find("main").Text(); !strings.Contains(text, want) {
			t.Errorf("%s says %s", page, text)
		}
	}
}

func TestAllowedAddressesFormKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.admin()
	addresses := settingsPage + "/addresses"
	version := func() string { return itoa(p.settings().LockVersion) }
	a := c.post(addresses, url.Values{"allowed_addresses": {"203.0.113.0/24\n10.0.0.5/8"}, "lock_version": {version()}})
	field := a.doc(t).Find("[name=allowed_addresses][aria-invalid=true]")
	if a.status != http.StatusUnprocessableEntity || field.Text() != "203.0.113.0/24\n10.0.0.5/8" || !strings.Contains(a.body, "Line 2") {
		t.Errorf("answers %d, keeps %q", a.status, field.Text())
	}
	form := url.Values{"allowed_addresses": {"203.0.113.0/24"}, "lock_version": {version()}}
	if a := c.post(addresses, form); a.status != http.StatusSeeOther || a.header.Get("Location") != settingsPage {
		t.Fatalf("answers %d", a.status)
	}
	page := c.get(settingsPage)
	if !strings.Contains(page.body, "they are being applied") || !strings.Contains(page.doc(t).Find("form").Text(), "The last change is being applied") {
		t.Error("the page does not say that IAM did not answer")
	}
	if text := c.get(credentialsPage).doc(t).Find("main").Text(); !strings.Contains(text, "203.0.113.0/24") || !strings.Contains(text, "Being applied") {
		t.Errorf("the credentials page says %s", text)
	}
	a = c.post(addresses, url.Values{"allowed_addresses": {"10.0.0.1"}, "lock_version": form["lock_version"]})
	doc := a.doc(t)
	if a.status != http.StatusConflict || !strings.Contains(doc.Find("main").Text(), "Now the set works from 203.0.113.0/24") || doc.Find("[name=allowed_addresses]").Text() != "10.0.0.1" {
		t.Errorf("a stale form answers %d: %s", a.status, doc.Find("main").Text())
	}
	if doc.Find("form:has([name=allowed_addresses]) [name=lock_version]").AttrOr("value", "") != version() {
		t.Error("the form cannot be saved again")
	}
	if a := c.post(settingsPage, url.Values{"daily_limit": {"5"}, "lock_version": {version()}}); a.status != http.StatusSeeOther || p.settings().AllowedAddresses != "203.0.113.0/24" {
		t.Errorf("the other form answers %d and leaves %q", a.status, p.settings().AllowedAddresses)
	}
	if a := c.post(addresses, nil); a.status != http.StatusConflict {
		t.Errorf("without a version it answers %d", a.status)
	}
}
