package path_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seaportal/internal/path"
)

func TestPathsAreTheDocumentedOnes(t *testing.T) {
	t.Parallel()
	got := []string{
		path.BusinessUnit("emea"), path.Enable("emea"), path.Disable("emea"), path.Run("emea"),
		path.Credentials("emea"), path.RegenerateCredentials("emea"), path.RevokeCredentials("emea"),
		path.PreviewRule("emea"), path.EditRule("emea", 7), path.File("emea", 12),
		path.DownloadFile("emea", 12), path.ForFile(path.FileLinks("emea"), 12),
		path.RetryFailed("emea"), path.HoldFile("emea", 12), path.ReleaseFile("emea", 12), path.StrangersAfter("emea", "a/\xff"),
		path.CatalogueFile("emea", 3), path.RuleVersion("emea", 7, 2), path.Simulate("emea"),
		path.CatalogueWith("emea", url.Values{"q": {"a b"}, "state": {""}}), path.Shared("abc"), path.SignInThen("/history?after=1"),
		path.Usage("emea"), path.UsageExport("emea"), path.Over(path.AllUsage(), "7d"), path.WithdrawRate(4),
	}
	want := []string{
		"/business-units/emea", "/business-units/emea/enable", "/business-units/emea/disable", "/business-units/emea/run",
		"/business-units/emea/credentials", "/business-units/emea/credentials/regenerate", "/business-units/emea/credentials/revoke",
		"/business-units/emea/rules/preview", "/business-units/emea/rules/7/edit", "/business-units/emea/files/12",
		"/business-units/emea/files/12/download", "/business-units/emea/files/links?id=12",
		"/business-units/emea/files/retry-failed", "/business-units/emea/files/12/hold", "/business-units/emea/files/12/release",
		"/business-units/emea/strangers?after=YS__",
		"/business-units/emea/catalogue/3", "/business-units/emea/rules/7/versions#version-2", "/business-units/emea/simulate",
		"/business-units/emea/catalogue?q=a+b", "/d/abc", "/sign-in?next=%2Fhistory%3Fafter%3D1",
		"/business-units/emea/usage", "/business-units/emea/usage.csv", "/usage?period=7d", "/settings/rates/4/withdraw",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestHostilePartsStayInTheirSegment(t *testing.T) {
	t.Parallel()
	for _, slug := range []string{"../../sign-out", "a/b", "a?b=c", "a#b", "\n", "%2F"} {
		p := path.File(slug, 1)
		u, err := url.Parse(p)
		if err != nil {
			t.Fatalf("%q gives %q: %v", slug, p, err)
		}
		if n := strings.Count(u.EscapedPath(), "/"); n != 4 || u.RawQuery != "" || u.Fragment != "" {
			t.Errorf("%q leaves its segment: %q", slug, p)
		}
	}
}

func TestFilesWithLeavesEmptyValuesOut(t *testing.T) {
	t.Parallel()
	got := path.FilesWith("emea", url.Values{"q": {""}, "status": {"failed"}})
	if want := "/business-units/emea/files?status=failed"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := path.FilesWith("emea", nil); got != "/business-units/emea/files" {
		t.Errorf("got %q", got)
	}
}
