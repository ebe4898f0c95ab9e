package e2e

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

const bundleUnit = "bundles"

// bundleForms are the forms that offer files of a set, by format.
func (pg *page) bundleForms() map[string]url.Values {
	pg.t.Helper()
	forms := map[string]url.Values{}
	pg.Doc.Find(`form[action$="/credentials/bundle"]`).Each(func(_ int, s *goquery.Selection) {
		values := formValues(s)
		forms[values.Get("format")] = values
	})
	return forms
}

// TestBundlesWorkAsTheyAreSaved saves the set as every file that the page offers, without script, and has each client read its own.
func TestBundlesWorkAsTheyAreSaved(t *testing.T) {
	t.Parallel()
	in := launch(t)
	p := in.signedIn(adminEmail, "administrator")
	p.createUnit(`=1+1 "Quotes" 50% 🎧`, bundleUnit)
	in.operator().put(t, bundleUnit+"/first.txt", "first", map[string]string{"media-type": copied})
	p.post(unitPath(bundleUnit, "rules"), ruleForm("All", copied, "copy")).want(http.StatusSeeOther)
	p.waitPlaced(bundleUnit, 1)
	shown, set := reveal(t, p)
	files := map[string]string{}
	for format, form := range shown.bundleForms() {
		saved := p.post(unitPath(bundleUnit, "credentials", "bundle"), form).want(http.StatusOK)
		if name := dispositionName(t, saved.Header.Get("Content-Disposition")); !strings.HasPrefix(name, "sea-"+bundleUnit) {
			t.Errorf("%s is saved as %q", format, name)
		}
		if cache := saved.Header.Get("Cache-Control"); cache != "no-store" {
			t.Errorf("%s may be kept: %q", format, cache)
		}
		files[format] = filepath.Join(t.TempDir(), format)
		if err := os.WriteFile(files[format], []byte(saved.Body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if len(files) != 8 {
		t.Fatalf("%d files are offered", len(files))
	}
	readersList(t, set, files)

	said := p.get(unitPath(bundleUnit, "history")).want(http.StatusOK)
	for _, label := range []string{"as .csv", "as rclone.conf", "as WinSCP session"} {
		if !strings.Contains(said.Doc.Text(), label) {
			t.Errorf("the history does not say %q", label)
		}
	}
	if strings.Contains(said.Body, set.Secret) || strings.Contains(in.out.String(), set.Secret) {
		t.Error("the history or the log holds the secret")
	}
}

// reveal generates a set, and gives the page that shows it.
func reveal(t *testing.T, p *portal) (*page, account) {
	t.Helper()
	nonce := p.get(unitPath(bundleUnit, "credentials")).want(http.StatusOK).nonce()
	shown := p.post(unitPath(bundleUnit, "credentials"), url.Values{"nonce": {nonce}}).want(http.StatusOK)
	return shown, shown.credentials()
}

// readersList has the clients list the location with nothing but the files.
func readersList(t *testing.T, set account, files map[string]string) {
	t.Helper()
	for name, read := range map[string]func(c cli) (string, error){
		"rclone": func(c cli) (string, error) {
			return c.run(nil, "rclone", "--config", files["rclone"], "lsf", "sea:"+set.Bucket+"/"+set.Prefix)
		},
		"s3cmd": func(c cli) (string, error) { return c.run(nil, "s3cmd", "--config", files["s3cfg"], "ls", set.url()) },
		"aws": func(c cli) (string, error) {
			env := []string{"AWS_SHARED_CREDENTIALS_FILE=" + files["aws-credentials"], "AWS_CONFIG_FILE=" + files["aws-config"]}
			return c.run(env, "aws", "--profile", "sea", "--endpoint-url", set.Endpoint, "s3", "ls", set.url())
		},
		"sh": func(c cli) (string, error) {
			line := `set -a; . "` + files["env"] + `"; aws --endpoint-url "$AWS_ENDPOINT_URL_S3" s3 ls "s3://$SEA_FILE_LOCATION"`
			return c.run(nil, "sh", "-c", line)
		},
	} {
		needPrograms(t, name)
		c := newCLI(t, account{}) // without the set in the environment
		if out, err := read(c); err != nil || !strings.Contains(out, "first.txt") {
			t.Errorf("%s: %v\n%s", name, err, tail(out, 10))
		}
	}
}

// TestAPageMakesFilesWhereItWasShown sends the page's form from elsewhere too, and after a restart.
func TestAPageMakesFilesWhereItWasShown(t *testing.T) {
	t.Parallel()
	in := launch(t)
	p := in.signedIn(adminEmail, "administrator")
	p.createUnit("Bundles", bundleUnit)
	p.createUnit("Another", "another")
	shown, set := reveal(t, p)
	form := shown.bundleForms()["csv"]
	refused := func(who *portal, slug, why string) {
		t.Helper()
		answer := who.post(unitPath(slug, "credentials", "bundle"), form)
		if answer.Status != http.StatusUnprocessableEntity || strings.Contains(answer.Body, set.Secret) ||
			!strings.Contains(answer.Body, "That page is too old to make files. Copy what it still shows, or generate a new set.") {
			t.Errorf("%s: answered with %d", why, answer.Status)
		}
	}
	again := newPortal(t, in.URL())
	again.signIn(adminEmail, password)
	refused(again, bundleUnit, "another session of the same person")
	refused(p, "another", "another unit")
	in.signedIn("viewer@example.com", "viewer").post(unitPath(bundleUnit, "credentials", "bundle"), form).want(http.StatusForbidden)
	p.post(unitPath(bundleUnit, "credentials", "bundle"), form).want(http.StatusOK)
	in.stop()
	in.start()
	p.post(unitPath(bundleUnit, "credentials", "bundle"), form).want(http.StatusOK)
}
