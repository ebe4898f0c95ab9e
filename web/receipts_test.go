package web_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

func TestFilesThatNobodyFetchedAreFound(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.signedIn("viewer@example.com")
	p.addPlacements(3) // ids from 1 on
	const rule, fetched, never, queued = "1", "1", "2", "3"
	p.place(fetched)
	p.place(never)
	if a := c.get("/business-units/emea/files/" + fetched + "/download"); a.status != http.StatusSeeOther {
		t.Fatalf("the download answers %d", a.status)
	}
	for query, want := range map[string][]string{
		"": {queued, never, fetched}, "?downloaded=never": {never}, "?downloaded=never&status=placed&rule=" + rule: {never},
		"?downloaded=never&status=queued": nil,
	} {
		rows := c.get("/business-units/emea/files" + query).doc(t).Find("tr[data-id]")
		var got []string
		for i := range rows.Length() {
			got = append(got, rows.Eq(i).AttrOr("data-id", ""))
		}
		if strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("%q lists %v, want %v", query, got, want)
		}
	}
	p.execute(`UPDATE placements SET expires_at = datetime(placed_at, '+2 days') WHERE id = ?`, never)
	for _, overview := range []string{"/", "/business-units/emea"} {
		if link := c.get(overview).doc(t).Find(`.attention a[href="/business-units/emea/unfetched?days=3"]`); link.Length() != 1 {
			t.Errorf("%s points %d times to the report", overview, link.Length())
		}
	}
	for _, report := range []string{"/unfetched", "/business-units/emea/unfetched"} {
		page := c.get(report + "?days=31")
		if rows := page.doc(t).Find("tr[data-id]"); page.status != http.StatusOK || rows.Length() != 1 || rows.AttrOr("data-id", "") != never {
			t.Errorf("%s answers %d with %d rows", report, page.status, rows.Length())
		}
		if none := c.get(report + "?days=1"); !strings.Contains(none.body, "Nothing is lost within 1 day") {
			t.Errorf("%s of a day answers %d", report, none.status)
		}
		table := c.get(report + ".csv?days=31")
		if table.status != http.StatusOK || strings.Count(table.body, "\r\n") != 2 || !strings.HasPrefix(table.header.Get("Content-Type"), "text/csv") {
			t.Errorf("%s.csv answers %d: %s", report, table.status, table.body)
		}
	}
}

func TestManifestsAreForWhoeverMayView(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.signedIn("viewer@example.com")
	id := p.addPlacement(p.unit, p.addRule(p.unit))
	p.place(id)
	manifest := "/business-units/emea/files/manifest"
	for query, status := range map[string]int{
		"": http.StatusUnprocessableEntity, "?format=json": http.StatusUnprocessableEntity, "?format=xml&all=1": http.StatusUnprocessableEntity,
		"?format=csv&id=x": http.StatusNotFound, "?format=csv&all=1&placed_from=soon": http.StatusUnprocessableEntity,
	} {
		if a := c.get(manifest + query); a.status != status || a.header.Get("Content-Disposition") != "" {
			t.Errorf("%q answers %d as %q", query, a.status, a.header.Get("Content-Disposition"))
		}
	}
	before := p.count("history")
	if a := c.send(http.MethodHead, manifest+"?format=json&all=1", nil, nil); a.status != http.StatusOK || p.count("history") > before+1 {
		t.Errorf("HEAD answers %d", a.status) // the first one makes the key
	}
	before = p.count("history")
	for query, files := range map[string]int{
		"?format=json&id=" + id: 1, "?format=json&all=1": 1, "?format=json&all=1&status=removed": 0,
		"?format=json&all=1&placed_from=2020-01-01&placed_until=2020-12-31": 0, "?format=json&all=1&placed_from=2020-01-01": 1,
	} {
		a := c.get(manifest + query)
		var read struct{ Files []any }
		err := json.Unmarshal([]byte(a.body), &read)
		if a.status != http.StatusOK || err != nil || len(read.Files) != files || a.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%q answers %d with %d files, %v", query, a.status, len(read.Files), err)
		}
	}
	if after := p.count("history"); after != before+5 {
		t.Errorf("%d of 5 manifests are recorded", after-before)
	}
	keys := p.anonymous().get("/.well-known/sea-manifest-key")
	if keys.status != http.StatusOK || !strings.Contains(keys.body, `"crv":"Ed25519"`) || strings.Contains(keys.body, `"d"`) {
		t.Errorf("the keys answer %d: %s", keys.status, keys.body)
	}
}
