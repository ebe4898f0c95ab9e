package app_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"seaportal/internal/testkit"
)

// large is more than what sockets and buffers hold of a transfer that nobody
// reads.
const large = 24 << 20

// shared is a portal with a unit whose files are placed: large.wav and three
// small ones.
type shared struct {
	*testkit.Portal
	admin *testkit.Person
	ids   map[string]string // of placements, by key
}

func share(t *testing.T) *shared {
	t.Helper()
	p := testkit.Start(t)
	s := &shared{Portal: p, admin: p.Administrator(t), ids: map[string]string{}}
	operator := p.Operator(t)
	p.Unit(t, s.admin, "bu1")
	for key, size := range map[string]int{"large.wav": large, "a/ä \"1\".wav": 100, "a/2.wav": 200, "b/3.wav": 0} {
		p.Put(t, operator, "bu1", key, strings.Repeat("x", size), billing)
	}
	s.admin.MustPost(t, "/business-units/bu1/rules", copyBillingCalls())
	s.admin.MustPost(t, "/business-units/bu1/run", url.Values{})
	testkit.Await(t, "the files to be placed", func() bool {
		s.admin.Get(t, "/business-units/bu1/files?status=placed").Page(t).Find("[data-key]").Each(func(_ int, row *goquery.Selection) {
			s.ids[row.AttrOr("data-key", "")] = row.AttrOr("data-id", "")
		})
		return len(s.ids) == 4
	})
	return s
}

// link makes a link, and gives its path.
func (s *shared) link(t *testing.T, form url.Values, keys ...string) string {
	t.Helper()
	for _, key := range keys {
		form.Add("id", s.ids[key])
	}
	return s.admin.Post(t, "/business-units/bu1/files/links", form).Field(t, "link")
}

// answered is an answer whose body is still to be read. It is closed with the
// test.
type answered struct {
	Status int
	Header http.Header
	Length int64 // of the body, as the header says; -1 where it does not
	Body   io.ReadCloser
}

// open asks for what a link leads to.
func open(t *testing.T, at string, header map[string]string) answered {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, at, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range header {
		request.Header.Set(name, value)
	}
	request.Close = true
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = answer.Body.Close() })
	return answered{answer.StatusCode, answer.Header, answer.ContentLength, answer.Body}
}

func read(t *testing.T, answer answered) []byte {
	t.Helper()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func TestShareLinks(t *testing.T) {
	t.Parallel()
	s := share(t)
	t.Run("one complete download", func(t *testing.T) { oneComplete(t, s) })
	t.Run("ranges", func(t *testing.T) { ranges(t, s) })
	t.Run("many at once", func(t *testing.T) { manyAtOnce(t, s) })
	t.Run("several files", func(t *testing.T) { severalFiles(t, s) })
	t.Run("revoked during a ZIP", func(t *testing.T) { revokedDuring(t, s) })
	t.Run("a portal ZIP", func(t *testing.T) { portalZIP(t, s) })
	t.Run("a source that vanishes", func(t *testing.T) { vanishes(t, s) })
}

func oneComplete(t *testing.T, s *shared) {
	link := s.link(t, url.Values{"max_downloads": {"1"}}, "large.wav")
	partner := s.Stranger(t)
	for range 3 { // mail scanners look, and use nothing up
		if page := partner.Get(t, link); page.Status != http.StatusOK || page.Header.Get("Set-Cookie") != "" {
			t.Fatalf("the link answers %d", page.Status)
		}
	}
	begun := open(t, partner.MustPost(t, link, url.Values{}).Location, nil)
	if _, err := io.CopyN(io.Discard, begun.Body, 1<<20); err != nil {
		t.Fatal(err)
	}
	if busy := partner.Post(t, link, url.Values{}); busy.Status != http.StatusConflict {
		t.Errorf("while the one download is under way the button answers %d", busy.Status)
	}
	_ = begun.Body.Close() // the partner's line broke
	var again testkit.Answer
	testkit.Await(t, "the link to work again", func() bool {
		again = partner.Post(t, link, url.Values{})
		return again.Status == http.StatusSeeOther
	})
	answer := open(t, again.Location, nil)
	header := answer.Header
	if body := read(t, answer); len(body) != large || answer.Length != large {
		t.Errorf("%d bytes of %d", len(body), answer.Length)
	}
	for name, want := range map[string]string{
		"Content-Disposition": `attachment; filename="large.wav"; filename*=UTF-8''large.wav`, "X-Content-Type-Options": "nosniff",
		"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
	} {
		if header.Get(name) != want {
			t.Errorf("%s: %s", name, header.Get(name))
		}
	}
	for _, over := range []testkit.Answer{partner.Get(t, link), partner.Post(t, link, url.Values{})} {
		if over.Status != http.StatusNotFound {
			t.Errorf("used up, the link answers %d", over.Status)
		}
	}
	if body := read(t, open(t, again.Location, nil)); len(body) != large { // its own ticket may repeat it for ten minutes
		t.Errorf("%d bytes", len(body))
	}
	row := s.admin.Get(t, "/business-units/bu1/files/"+s.ids["large.wav"]).Page(t).Find("main").Text()
	if !strings.Contains(row, "broke off") || strings.Count(row, "Downloaded large.wav with a share link") != 1 {
		t.Errorf("the file's page: %s", row)
	}
}

func ranges(t *testing.T, s *shared) {
	link := s.link(t, url.Values{"max_downloads": {"1"}}, "large.wav")
	to := s.Stranger(t).MustPost(t, link, url.Values{}).Location
	first := open(t, to, map[string]string{"Range": "bytes=0-999999"})
	tag := first.Header.Get("ETag")
	if body := read(t, first); first.Status != http.StatusPartialContent || len(body) != 1_000_000 || tag == "" {
		t.Fatalf("answers %d, %d bytes", first.Status, len(body))
	}
	if page := s.Stranger(t).Get(t, link); page.Status != http.StatusOK {
		t.Errorf("after a part the link answers %d", page.Status)
	}
	rest := open(t, to, map[string]string{"Range": "bytes=1000000-", "If-Range": tag})
	if body := read(t, rest); rest.Status != http.StatusPartialContent || len(body) != large-1_000_000 {
		t.Fatalf("answers %d, %d bytes", rest.Status, len(body))
	}
	if page := s.Stranger(t).Get(t, link); page.Status != http.StatusNotFound {
		t.Errorf("after both parts the link answers %d", page.Status)
	}
	if answer := open(t, to, map[string]string{"Range": "bytes=99999999-"}); answer.Status != http.StatusRequestedRangeNotSatisfiable {
		t.Errorf("a range behind the end answers %d", answer.Status)
	}
}

func manyAtOnce(t *testing.T, s *shared) {
	link := s.link(t, url.Values{"max_downloads": {"1"}}, "large.wav")
	var mu sync.Mutex
	var all sync.WaitGroup
	given := map[int]int{}
	for range 8 {
		partner := s.Stranger(t)
		all.Go(func() {
			answer := partner.Post(t, link, url.Values{})
			mu.Lock()
			defer mu.Unlock()
			given[answer.Status]++
		})
	}
	all.Wait()
	if given[http.StatusSeeOther] != 1 || given[http.StatusConflict] != 7 {
		t.Errorf("answered %v", given)
	}
}

func severalFiles(t *testing.T, s *shared) {
	link := s.link(t, url.Values{"pin": {"4711"}, "note": {"secret of ours"}}, "a/ä \"1\".wav", "a/2.wav", "b/3.wav")
	partner := s.Stranger(t)
	page := partner.Get(t, link)
	if n := page.Page(t).Find(`button[name="file"]`).Length(); n != 3 || strings.Contains(page.Body, "secret of ours") {
		t.Errorf("%d files are offered, or the note is", n)
	}
	second := partner.MustPost(t, link, url.Values{"pin": {"4711"}, "file": {"2"}})
	if body := read(t, open(t, second.Location, nil)); len(body) != 100 {
		t.Errorf("the second file has %d bytes", len(body))
	}
	answer := open(t, partner.MustPost(t, link, url.Values{"pin": {"4711"}}).Location, nil)
	body := read(t, answer)
	in, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, file := range in.File {
		names = append(names, file.Name+" "+strconv.FormatUint(file.UncompressedSize64, 10))
	}
	if got := strings.Join(names, "|"); got != `a/2.wav 200|a/ä _1_.wav 100|b/3.wav 0` || answer.Header.Get("Content-Type") != "application/zip" {
		t.Errorf("%s holds %s", answer.Header.Get("Content-Type"), got)
	}
}

func revokedDuring(t *testing.T, s *shared) {
	link := s.link(t, url.Values{}, "large.wav", "a/2.wav")
	answer := open(t, s.Stranger(t).MustPost(t, link, url.Values{}).Location, nil)
	if _, err := io.CopyN(io.Discard, answer.Body, 1<<20); err != nil {
		t.Fatal(err)
	}
	s.admin.MustPost(t, "/business-units/bu1/links/revoke", url.Values{"confirm": {"bu1"}})
	slow := time.NewTicker(100 * time.Millisecond) // longer than the time between two looks at the link
	defer slow.Stop()
	var err error
	for err == nil {
		_, err = io.CopyN(io.Discard, answer.Body, 256<<10)
		<-slow.C
	}
	if errors.Is(err, io.EOF) {
		t.Error("the ZIP went on to its end")
	}
}

func portalZIP(t *testing.T, s *shared) {
	page := s.Viewer(t).Get(t, "/business-units/bu1/files/zip?id="+s.ids["a/2.wav"]+"&id="+s.ids["b/3.wav"])
	if page.Status != http.StatusOK || !strings.HasPrefix(page.Header.Get("Content-Disposition"), `attachment; filename="bu1-files.zip"`) {
		t.Fatalf("answers %d %v", page.Status, page.Header)
	}
	if in, err := zip.NewReader(strings.NewReader(page.Body), int64(len(page.Body))); err != nil || len(in.File) != 2 {
		t.Error(in, err)
	}
	if none := s.Viewer(t).Get(t, "/business-units/bu1/files/zip"); none.Status != http.StatusUnprocessableEntity {
		t.Errorf("without a file it answers %d", none.Status)
	}
}

// vanishes takes the object away behind the portal's back, while its
// placement still says that it is there.
func vanishes(t *testing.T, s *shared) {
	link := s.link(t, url.Values{"max_downloads": {"1"}}, "a/2.wav")
	to := s.Stranger(t).MustPost(t, link, url.Values{}).Location
	if _, err := s.Operator(t).DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: aws.String("sea"), Key: aws.String("bu1/a/2.wav")}); err != nil {
		t.Fatal(err)
	}
	answer := open(t, to, nil)
	if text := string(read(t, answer)); answer.Status != http.StatusNotFound || answer.Header.Get("Content-Disposition") != "" {
		t.Errorf("answers %d: %s", answer.Status, text)
	}
}
