package e2e

import (
	"bytes"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

const (
	// slowly is more than what sockets hold of a transfer that nobody reads.
	slowly = 48 * mebibyte
	// ticketWithin is how long a ticket of a process that died holds its download, with what a busy machine adds to a minute.
	ticketWithin = 90 * time.Second
)

// TestAKillInMidTransferUsesNoLinkUp ends the server with SIGKILL while two people download by links that allow it once. Neither link is
// used up: who has a ticket goes on with it where the line broke, and for everybody else the button works within a minute. The file's page
// says that neither download is complete.
func TestAKillInMidTransferUsesNoLinkUp(t *testing.T) {
	t.Parallel()
	in := launch(t)
	p := in.signedIn(adminEmail, "administrator")
	p.createUnit("Cut", "cut")
	body := make([]byte, slowly)
	_, _ = rand.NewChaCha8([32]byte{7}).Read(body) // never fails
	operator := in.operator()
	_, err := operator.sdk().PutObject(t.Context(), &s3.PutObjectInput{
		Bucket: &operator.Bucket, Key: aws.String("cut/slow.wav"), Body: bytes.NewReader(body), Metadata: map[string]string{"media-type": copied},
	})
	if err != nil {
		t.Fatal(err)
	}
	p.post(unitPath("cut", "rules"), ruleForm("Copy it", copied, "copy")).want(http.StatusSeeOther)
	p.waitPlaced("cut", 1)
	file := unitPath("cut", "files", p.files("cut", "placed")[0].ID)

	goesOn, waits := p.beginOnce(file), p.beginOnce(file)
	in.kill()
	for _, d := range []*slowDownload{goesOn, waits} {
		if n := d.cut(t); n >= slowly {
			t.Fatalf("all %d bytes came", n)
		}
	}
	in.start()
	wantStatuses(t, p.get(file), "In part", "In part")
	for _, d := range []*slowDownload{goesOn, waits} {
		p.get(d.link).want(http.StatusOK)
	}
	rest, err := io.ReadAll(fetchFrom(t, goesOn.ticket, len(goesOn.got)))
	if err != nil || sum(append(goesOn.got, rest...)) != sum(body) {
		t.Errorf("going on gives %d bytes after %d, %v", len(rest), len(goesOn.got), err)
	}
	p.get(goesOn.link).want(http.StatusNotFound)
	// What left in the two seconds before the kill is on no record: its receipt may be complete or not, but tells of both requests.
	if sent := p.get(file).Doc.Find("tr[data-receipt] [data-label=Sent]").Last().Text(); !strings.Contains(sent, "in 2 requests") {
		t.Errorf("the receipt of what went on says %s", sent)
	}
	p.waitsForTicket(waits, file, body)
}

// waitsForTicket presses the button of a link whose download was cut, until the ticket of that is over.
func (p *portal) waitsForTicket(cut *slowDownload, file string, body []byte) {
	t := p.t
	t.Helper()
	again, asked := p.post(cut.link, nil), time.Now()
	if again.Status == http.StatusConflict && !strings.Contains(again.text(), "works again within a minute") {
		t.Errorf("a link whose download was cut says %s", again.text())
	}
	eventually(t, ticketWithin, "the other link works again", func() (bool, string) {
		if again.Status != http.StatusSeeOther && time.Since(asked) > time.Second {
			again, asked = p.post(cut.link, nil), time.Now()
		}
		return again.Status == http.StatusSeeOther, again.text()
	})
	whole, err := io.ReadAll(fetchFrom(t, again.Header.Get("Location"), 0))
	if err != nil || sum(whole) != sum(body) {
		t.Errorf("the other link gives %d bytes, %v", len(whole), err)
	}
	p.get(cut.link).want(http.StatusNotFound)
	wantStatuses(t, p.get(file), "Complete", "In part")
}

// slowDownload is a transfer that is read slowly.
type slowDownload struct {
	link, ticket string
	answer       io.Reader
	got          []byte
}

// beginOnce makes a link that allows one download, and begins it: some of it has come when the file's page says so.
func (p *portal) beginOnce(file string) *slowDownload {
	p.t.Helper()
	id := file[strings.LastIndex(file, "/")+1:]
	form := url.Values{"lifetime": {"1h"}, "max_downloads": {"1"}, "id": {id}}
	d := &slowDownload{link: p.post(unitPath("cut", "files", "links"), form).want(http.StatusOK).field("link")}
	d.ticket = p.post(d.link, nil).want(http.StatusSeeOther).Header.Get("Location")
	d.answer = fetchFrom(p.t, d.ticket, 0)
	eventually(p.t, startWithin, "the page tells of a part", func() (bool, string) {
		d.read(p.t, 256<<10)
		sent := p.get(file).want(http.StatusOK).Doc.Find("tr[data-receipt] [data-label=Sent]").First().Text()
		return strings.Contains(sent, "MB"), sent
	})
	return d
}

func (d *slowDownload) read(t *testing.T, bytes int64) {
	t.Helper()
	part, err := io.ReadAll(io.LimitReader(d.answer, bytes))
	if err != nil {
		t.Fatalf("after %d bytes: %v", len(d.got), err)
	}
	d.got = append(d.got, part...)
}

// cut reads what was still under way when the server died, and gives how much came in all.
func (d *slowDownload) cut(t *testing.T) int {
	t.Helper()
	rest, err := io.ReadAll(d.answer)
	if err == nil {
		t.Error("a transfer that was cut ends like a whole one")
	}
	d.got = append(d.got, rest...)
	return len(d.got)
}

// fetchFrom asks for what a ticket is for, from a byte on.
func fetchFrom(t *testing.T, address string, from int) io.Reader {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := http.StatusOK
	if from > 0 {
		want = http.StatusPartialContent
		req.Header.Set("Range", "bytes="+strconv.Itoa(from)+"-")
	}
	res, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = res.Body.Close() })
	if res.StatusCode != want {
		t.Fatalf("a ticket from byte %d on answers %s", from, res.Status)
	}
	return res.Body
}

// wantStatuses compares how the newest downloads of a file stand on its page, newest first.
func wantStatuses(t *testing.T, page *page, want ...string) {
	t.Helper()
	var got []string
	page.want(http.StatusOK).Doc.Find("tr[data-receipt]").Each(func(_ int, s *goquery.Selection) {
		got = append(got, strings.TrimSpace(s.Find("td").Last().Text()))
	})
	if len(got) < len(want) || !slices.Equal(got[:len(want)], want) {
		t.Errorf("the file's page says %v, not %v", got, want)
	}
}
