package e2e

import (
	"encoding/base64"
	"encoding/hex"
	"html"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

const secretUnit = "vault"

// disguises are the forms in which a secret could stand somewhere: as it is, escaped for a URL, HTML or JSON, in hexadecimal, and in
// base64, at each of the three places that a byte can have in it.
func disguises(secret string) map[string]string {
	escaped := html.EscapeString(secret)
	all := map[string]string{
		"as it is": secret, "URL-encoded": url.QueryEscape(secret), "path-encoded": url.PathEscape(secret), "in HTML": escaped,
		"in HTML, with numbers": strings.NewReplacer("+", "&#43;", "/", "&#47;").Replace(escaped),
		"in JSON":               strings.ReplaceAll(secret, "/", `\/`), "hexadecimal": hex.EncodeToString([]byte(secret)),
	}
	for shift, name := range []string{"base64", "base64 from the second byte", "base64 from the third byte"} {
		whole := secret[shift : shift+(len(secret)-shift)/3*3]
		all[name] = base64.StdEncoding.EncodeToString([]byte(whole))
		all[name+", for URLs"] = base64.URLEncoding.EncodeToString([]byte(whole))
	}
	return all
}

// hunt looks for the secrets of credential sets everywhere.
type hunt struct {
	t       *testing.T
	secrets map[string]string // by access key id
}

func (h *hunt) search(where, text string) {
	h.t.Helper()
	for id, secret := range h.secrets {
		for form, disguised := range disguises(secret) {
			if strings.Contains(text, disguised) {
				h.t.Errorf("the secret of %s stands in %s, %s", id, where, form)
			}
		}
	}
}

// shown takes a set off the one answer that may show its secret, where it stands once.
func (h *hunt) shown(pg *page) account {
	h.t.Helper()
	set := pg.want(http.StatusOK).credentials()
	if n := strings.Count(pg.Body, set.Secret); n != 1 || len(set.Secret) != 40 {
		h.t.Errorf("the answer shows a secret of %d characters %d times", len(set.Secret), n)
	}
	h.search("an answer that shows another one", pg.Body)
	h.secrets[set.ID] = set.Secret
	return set
}

// crawl reads every page that links lead to from the overview, and those that no link leads to.
func (h *hunt) crawl(p *portal, more ...string) (pages int) {
	h.t.Helper()
	queue, seen := append([]string{"/"}, more...), map[string]bool{}
	for len(queue) > 0 && len(seen) < 300 {
		path := queue[0]
		queue = queue[1:]
		if seen[path] {
			continue
		}
		seen[path] = true
		got := p.get(path)
		h.search("GET "+path, got.Body)
		for name, values := range got.Header {
			h.search(name+" of GET "+path, strings.Join(values, "\n"))
		}
		if got.Status == http.StatusOK {
			pages++
		}
		if got.Doc == nil {
			continue
		}
		got.Doc.Find(`a[href^="/"]`).Each(func(_ int, link *goquery.Selection) {
			href, _, _ := strings.Cut(link.AttrOr("href", ""), "#")
			if !slices.Contains(queue, href) {
				queue = append(queue, href)
			}
		})
	}
	return pages
}

// files searches every file below the data directory. Sockets and what went away meanwhile hold nothing.
func (h *hunt) files(dir string) (bytes int64, keyIDs bool) {
	h.t.Helper()
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		body, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		bytes += int64(len(body))
		h.search("the file "+filepath.Base(path), string(body))
		for id := range h.secrets {
			keyIDs = keyIDs || strings.Contains(string(body), id)
		}
		return nil
	})
	if err != nil {
		h.t.Errorf("search %s: %v", dir, err)
	}
	return bytes, keyIDs
}

// TestSecretsStandNowhere does all that can be done with credential sets, at the most talkative log level, and then looks for each
// secret's bytes in the database, every file, the log, what the process printed, and every page and answer but the one.
func TestSecretsStandNowhere(t *testing.T) {
	t.Parallel()
	in := install(t)
	in.start("SEA_LOG_LEVEL=debug")
	p := in.signedIn(adminEmail, "administrator")
	h := &hunt{t: t, secrets: map[string]string{}}
	p.createUnit("The vault", secretUnit)
	in.operator().put(t, secretUnit+"/a.txt", "content", map[string]string{"media-type": copied})
	p.post(unitPath(secretUnit, "rules"), ruleForm("All", copied, "copy")).want(http.StatusSeeOther)
	p.waitPlaced(secretUnit, 1)
	sets := useEverySet(t, p, h)

	pages := h.crawl(p, unitPath(secretUnit, "credentials", "progress"), "/metrics", "/readyz", "/usage.csv", unitPath(secretUnit, "usage.csv"))
	h.files(in.dataDir) // with what the database has not taken into its main file yet
	in.stop()           // what was kept in memory is written
	size, keyIDs := h.files(in.dataDir)
	h.search("the log and what the process printed", in.out.String())
	if pages < 20 || size < 10_000 || !keyIDs || !strings.Contains(in.out.String(), `"level":"DEBUG"`) {
		t.Errorf("the search saw too little: %d pages, %d bytes of files, key ids %t", pages, size, keyIDs)
	}
	t.Logf("%d secrets, each in %d forms, looked for in %d pages, %d bytes of files and %d bytes of log",
		len(sets), len(disguises(sets[0].Secret)), pages, size, len(in.out.String()))
}

// useEverySet issues, uses, replaces, repeats, confirms, tests, confines and revokes, and looks at each answer.
func useEverySet(t *testing.T, p *portal, h *hunt) (sets []account) {
	t.Helper()
	at := unitPath(secretUnit, "credentials")
	post := func(path string, form url.Values, status int) *page {
		t.Helper()
		got := p.post(path, form).want(status)
		h.search("POST "+path, got.Body)
		return got
	}
	issue := func(path string) account {
		t.Helper()
		form := url.Values{"nonce": {p.get(path).nonce()}, "confirm": {secretUnit}}
		answer := p.post(strings.TrimSuffix(path, "/"), form)
		set := h.shown(answer)
		for _, file := range answer.bundleForms() { // where the secret belongs too: what they leave behind is searched
			p.post(at+"/bundle", file).want(http.StatusOK)
		}
		post(path, form, http.StatusConflict) // sent again: by a double click, by Reload
		return set
	}
	use := func(set account) {
		t.Helper()
		if files := set.list(t, set.Bucket, set.Prefix); len(files) != 1 {
			t.Errorf("the set lists %d files", len(files))
		}
	}
	sets = append(sets, issue(at))
	use(sets[0])
	post(at+"/acknowledge", nil, http.StatusSeeOther)
	sets = append(sets, issue(at+"/regenerate"))
	use(sets[1])
	post(at+"/test", nil, http.StatusOK)
	file := p.files(secretUnit, "placed")[0].ID
	post(unitPath(secretUnit, "files", "links"), url.Values{"id": {file}, "lifetime": {"24h"}}, http.StatusOK)
	version := p.get(unitPath(secretUnit, "settings")).want(http.StatusOK).Doc.Find(`[name="lock_version"]`).First().AttrOr("value", "")
	post(unitPath(secretUnit, "settings", "addresses"), url.Values{"allowed_addresses": {"203.0.113.0/24"}, "lock_version": {version}}, http.StatusSeeOther)
	if _, err := sets[1].sdk().ListObjectsV2(t.Context(), sets[1].listing()); errorCode(err) != "AccessDenied" {
		t.Errorf("from outside of the allowed addresses: %v", err)
	}
	sets = append(sets, issue(at+"/regenerate"))
	post(at+"/revoke", url.Values{"confirm": {secretUnit}}, http.StatusSeeOther)
	return append(sets, issue(at))
}
