package app_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"seaportal/internal/app"
	"seaportal/internal/store/storetest"
	"seaportal/internal/testkit"
)

// TestReceipts follows files out of SEA by every way, and the deletions of a
// partner.
func TestReceipts(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		receiptsJob(t, testkit.Start(t))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		receiptsJob(t, testkit.Start(t, testkit.Database(storetest.PostgresURL(t))))
	})
}

const unitOne = "/business-units/bu1"

func receiptsJob(t *testing.T, p *testkit.Portal) {
	t.Helper()
	admin, operator := p.Administrator(t), p.Operator(t)
	p.Unit(t, admin, "bu1")
	for i := range 5 {
		p.Put(t, operator, "bu1", fmt.Sprintf("%d.wav", i), fmt.Sprintf("content %d", i), billing)
	}
	admin.MustPost(t, unitOne+"/rules", copyBillingCalls())
	admin.MustPost(t, unitOne+"/run", url.Values{})
	testkit.Await(t, "the files to be placed", func() bool { return len(list(t, admin, "?status=placed")) == 5 })
	ids := list(t, admin, "?status=placed")
	issued := admin.Post(t, unitOne+"/credentials", url.Values{"nonce": {admin.Get(t, unitOne+"/credentials").Nonce(t)}})
	key := issued.Field(t, "access-key-id")
	partner := p.S3As(t, key, issued.Field(t, "secret-access-key"))
	prefix := strings.TrimPrefix(issued.Field(t, "file-location"), "sea/")

	fetchAsPartner(t, partner, prefix+"0.wav")
	fetchThroughPortal(t, admin, unitOne+"/files/"+ids["1.wav"]+"/download")
	for name, want := range map[string]string{"0.wav": "client " + key, "1.wav": "portal Ada Administrator"} {
		testkit.Await(t, "the receipt of "+name, func() bool { return receipt(t, admin, ids[name]) == want+" 127.0.0.1 9 B Complete" })
	}
	never := list(t, admin, "?downloaded=never")
	if len(never) != 3 || never["0.wav"] != "" || never["1.wav"] != "" {
		t.Errorf("never downloaded: %v", never)
	}
	report := admin.Get(t, unitOne+"/unfetched.csv?days=31")
	if report.Status != http.StatusOK || strings.Count(report.Body, "\r\n") != 4 {
		t.Errorf("the report answers %d: %s", report.Status, report.Body)
	}
	manifestJob(t, p, admin)
	partnerDeletes(t, admin, partner, prefix, ids, key)
	p.Restart(t) // what was known is written
	if got := receipt(t, admin, ids["4.wav"]); got != "client "+key+" 127.0.0.1 9 B Complete" {
		t.Errorf("after a restart: %s", got)
	}
}

// partnerDeletes fetches a file, deletes it at once and others in one request.
func partnerDeletes(t *testing.T, admin *testkit.Person, partner *s3.Client, prefix string, ids map[string]string, key string) {
	t.Helper()
	fetchAsPartner(t, partner, prefix+"4.wav")
	if _, err := partner.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: aws.String("sea"), Key: aws.String(prefix + "4.wav")}); err != nil {
		t.Fatal(err)
	}
	_, err := partner.DeleteObjects(t.Context(), &s3.DeleteObjectsInput{Bucket: aws.String("sea"), Delete: &types.Delete{Objects: []types.ObjectIdentifier{
		{Key: aws.String(prefix + "2.wav")}, {Key: aws.String(prefix + "3.wav")},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"2.wav", "3.wav", "4.wav"} {
		testkit.Await(t, "the deletion of "+name, func() bool {
			page := admin.Get(t, unitOne+"/files/"+ids[name]).Page(t).Find("main").Text()
			return strings.Contains(page, "Deleted by the partner with the key "+key+" from 127.0.0.1")
		})
	}
	history := admin.Get(t, unitOne+"/history").Page(t).Find("main").Text()
	for _, said := range []string{"The partner deleted 2.wav from SEA", "The partner deleted 4.wav from SEA", "Downloaded 0.wav with an S3 client", "Made a signed manifest of 5 files"} {
		if !strings.Contains(history, said) {
			t.Errorf("the history does not say %q", said)
		}
	}
}

// manifestJob checks what the partner would have against a manifest, with the
// keys that the portal publishes.
func manifestJob(t *testing.T, p *testkit.Portal, admin *testkit.Person) {
	t.Helper()
	made := admin.Get(t, unitOne+"/files/manifest?all=1&format=json")
	if made.Status != http.StatusOK || !strings.Contains(made.Header.Get("Content-Disposition"), "manifest-bu1-") {
		t.Fatalf("the manifest answers %d: %s", made.Status, made.Body)
	}
	dir := t.TempDir()
	file := filepath.Join(t.TempDir(), "m.json")
	write(t, file, made.Body)
	for i := range 5 {
		write(t, filepath.Join(dir, fmt.Sprintf("%d.wav", i)), fmt.Sprintf("content %d", i))
	}
	var said strings.Builder
	keys := p.URL + "/.well-known/sea-manifest-key"
	if err := app.VerifyManifest(t.Context(), &said, file, dir, keys, false); err != nil || !strings.Contains(said.String(), "files      5 ok") {
		t.Errorf("%v: %s", err, said.String())
	}
	write(t, filepath.Join(dir, "3.wav"), "kontent 3")
	if err := app.VerifyManifest(t.Context(), io.Discard, file, dir, keys, false); err == nil {
		t.Error("an altered file passes")
	}
	if err := app.VerifyManifest(t.Context(), io.Discard, file, dir, p.URL+"/livez/none", false); err == nil {
		t.Error("a page without keys passes for keys")
	}
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// list gives the ids of the files on a page of the list, by key.
func list(t *testing.T, who *testkit.Person, query string) map[string]string {
	t.Helper()
	ids := map[string]string{}
	who.Get(t, unitOne+"/files"+query).Page(t).Find("tr[data-id]").Each(func(_ int, row *goquery.Selection) {
		ids[row.AttrOr("data-key", "")] = row.AttrOr("data-id", "")
	})
	return ids
}

// receipt is the newest receipt on a file's page: how, by whom, from where, how
// much.
func receipt(t *testing.T, who *testkit.Person, id string) string {
	t.Helper()
	row := who.Get(t, unitOne+"/files/"+id).Page(t).Find("tr[data-receipt]").First()
	cells := row.Find("td")
	return strings.Join([]string{
		row.AttrOr("data-via", ""), cells.Eq(1).Find("bdi").Text(), cells.Eq(3).Text(), cells.Eq(4).Text(), cells.Eq(5).Text(),
	}, " ")
}

func fetchAsPartner(t *testing.T, partner *s3.Client, key string) {
	t.Helper()
	out, err := partner.GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String("sea"), Key: &key})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(out.Body); err != nil {
		t.Fatal(err)
	}
}

func fetchThroughPortal(t *testing.T, who *testkit.Person, path string) {
	t.Helper()
	to := who.Get(t, path)
	if to.Status != http.StatusSeeOther {
		t.Fatalf("the download answers %d", to.Status)
	}
	if got := who.Get(t, to.Location); got.Status != http.StatusOK || got.Body != "content 1" {
		t.Fatalf("S3 answers %d: %s", got.Status, got.Body)
	}
}
