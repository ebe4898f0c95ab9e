package views_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"seaportal/views"
)

// clientNames are the clients in the order of the guide, by their names in URLs.
var clientNames = []string{
	"s3-browser", "ftp-style", "cyberduck", "winscp", "filezilla-pro", "rclone", "aws-cli", "s5cmd", "s3cmd", "boto3", "curl",
}

func TestGuideNamesEveryClientWithTwoErrors(t *testing.T) {
	t.Parallel()
	doc := find(t, "connect")
	var got []string
	doc.Find("h2[id^=client-]").Each(func(_ int, heading *goquery.Selection) {
		name := strings.TrimPrefix(heading.AttrOr("id", ""), "client-")
		got = append(got, name)
		section := heading.Closest("section")
		if n := section.Find("table").Last().Find("tr").Length(); n != 2 {
			t.Errorf("%s tells of %d errors", name, n)
		}
		if section.Find("[data-guide-file]").Length() > 0 && section.Find(`[data-guide-run="list"]`).Length() != 1 {
			t.Errorf("%s has no test", name)
		}
		if section.Find("pre").Length() != section.Find("pre").Parent().Find("[data-copy]").Length() {
			t.Errorf("%s has a text that cannot be copied", name)
		}
		if href := home + "/connect/" + name; doc.Find(`a[href="`+href+`"]`).Length() != 1 || !views.HasGuide(name) {
			t.Errorf("nothing leads to %s", href)
		}
	})
	if diff := cmp.Diff(clientNames, got); diff != "" {
		t.Error(diff)
	}
	if views.HasGuide("carrier-pigeon") || views.HasGuide("") {
		t.Error("there is a guide for no client")
	}
}

func TestGuideOfOneClientShowsThatOneOnly(t *testing.T) {
	t.Parallel()
	doc := find(t, "connect-rclone")
	if got := doc.Find("h2[id^=client-]").Text(); got != "rclone" {
		t.Errorf("it shows %q", got)
	}
	if got := doc.Find(`[aria-current="page"][href$="/connect/rclone"]`).Length(); got != 1 {
		t.Error("the list of clients does not say which one this is")
	}
}

func TestGuideBranchesByEndpoint(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][]string{
		"connect":             {"S3 Compatible Storage", "Path", "force_path_style = true", "S3 over HTTPS", "--endpoint-url https://s3.sea.example.com", "1,240 files are in it now"},
		"connect-http-no-set": {"S3 over HTTP", "No encryption", "use_https = False", "There is no credential set", "the access key ID", "There is no file in it now"},
		"connect-amazon":      {"Amazon S3 Storage", "Virtual Host", "provider = AWS", "%(bucket)s.s3.eu-central-1", "The folder marker is on", "https://sea.s3.eu-central-1.amazonaws.com?list-type=2"},
	} {
		text := find(t, name).Find("main").Text()
		for _, part := range want {
			if !strings.Contains(text, part) {
				t.Errorf("%s does not say %q", name, part)
			}
		}
	}
	if text := find(t, "connect-amazon").Find("main").Text(); strings.Contains(text, "--endpoint-url") {
		t.Error("Amazon's guide names an endpoint that the client knows")
	}
}

// TestGuideTellsEachClientOfAnAuthorityOfItsOwn looks for each client's way to trust a certificate, where it needs one and nowhere else.
func TestGuideTellsEachClientOfAnAuthorityOfItsOwn(t *testing.T) {
	t.Parallel()
	own, other := find(t, "connect-own-authority"), find(t, "connect")
	for client, want := range map[string]string{
		"rclone": "--ca-cert ca.pem", "aws-cli": "--ca-bundle ca.pem", "s5cmd": "AWS_CA_BUNDLE=ca.pem s5cmd", "s3cmd": "--ca-certs=ca.pem", "boto3": `verify="ca.pem"`, "curl": `cacert = "ca.pem"`,
		"s3-browser": "ca.pem, imported", "ftp-style": "ca.pem, imported", "cyberduck": "ca.pem, imported", "winscp": "ca.pem, imported", "filezilla-pro": "ca.pem, imported",
	} {
		if section := own.Find("#client-" + client).Closest("section"); !strings.Contains(section.Text(), want) {
			t.Errorf("%s is not told %q", client, want)
		}
	}
	if got := own.Find(`[data-guide-authority="ca.pem"]`).Text(); !strings.HasPrefix(got, "-----BEGIN CERTIFICATE-----\n") {
		t.Errorf("the guide's ca.pem is %q", got)
	}
	if text := other.Find("main").Text(); strings.Contains(text, "ca.pem") {
		t.Error("a guide names an authority that every system knows")
	}
	plain := connect
	plain.Endpoint, plain.Authority = "http://127.0.0.1:9000", "PEM"
	if text := query(t, sample{view: views.ConnectShow(page(home+"/connect"), views.ConnectShowProps{Unit: unit, Connect: plain})}).Find("main").Text(); strings.Contains(text, "ca.pem") {
		t.Error("a guide names an authority of an endpoint that speaks no TLS")
	}
}

// TestGuideCommandsAreOneWordEach has a shell read the commands of a location that holds what a shell would act on.
func TestGuideCommandsAreOneWordEach(t *testing.T) {
	t.Parallel()
	doc := find(t, "connect-absurd")
	doc.Find("[data-guide-run]").Each(func(_ int, e *goquery.Selection) {
		line := strings.TrimPrefix(e.Text(), "mkdir -p in && ")
		out, err := exec.CommandContext(t.Context(), "sh", "-c", `printf '%s\n' `+line).Output()
		if err != nil {
			t.Errorf("a shell does not take %s: %v", line, err)
			return
		}
		if !strings.Contains(line, "sea.py") && !strings.Contains(line, "sea.curl") && !strings.Contains(string(out), `it's "a" $(test) very-long/`) {
			t.Errorf("a shell makes of %s\n%s", line, out)
		}
	})
}

func TestRevealOffersEachFile(t *testing.T) {
	t.Parallel()
	doc := find(t, "credentials-reveal")
	forms := doc.Find(`form[action$="/credentials/bundle"][method=post]`)
	if forms.Length() != len(bundles) {
		t.Fatalf("%d forms for %d files", forms.Length(), len(bundles))
	}
	forms.Each(func(i int, form *goquery.Selection) {
		got := []string{
			form.Find("[name=sealed]").AttrOr("value", ""), form.Find("[name=access_key_id]").AttrOr("value", ""),
			form.Find("[name=format]").AttrOr("value", ""), form.Find("button").AttrOr("aria-label", ""),
		}
		if diff := cmp.Diff([]string{"c2VhbGVk", connect.AccessKeyID, bundles[i].Format, "Save as " + bundles[i].Label}, got); diff != "" {
			t.Error(diff)
		}
	})
	if doc.Find("main form").Last().Find("[name=saved]").Length() != 1 {
		t.Error("the page asks whether the secret was saved before it offers the files")
	}
	if forms.Closest("[data-secret]").Length() != 1 {
		t.Error("the sealed secret stays when the page is left")
	}
	if text := forms.Last().Closest("li").Text(); !strings.Contains(text, "Holds no secret") {
		t.Errorf("a file without the secret does not say so: %q", text)
	}
}
