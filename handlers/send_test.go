package handlers

import (
	"crypto/rand"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/labstack/echo/v4"

	"seaportal/internal/clock"
	"seaportal/internal/link"
	"seaportal/internal/objects"
	"seaportal/internal/store"
	"seaportal/internal/store/storetest"
	"seaportal/internal/testkit/cloud"
	"seaportal/models"
)

func TestMain(m *testing.M) { os.Exit(cloud.Run(m)) }

// slowSize is more than sockets and buffers hold.
const slowSize = 24 << 20

// placedFile gives a service over the cloud, and a unit with one large file.
func placedFile(t *testing.T, s *store.Store) (*link.Service, models.BusinessUnit, int64) {
	t.Helper()
	slug := "u" + strings.ToLower(rand.Text()[:12])
	bucket, prefix := cloud.SEABucket, slug+"/"
	unit := models.BusinessUnit{
		Slug: slug, Name: slug, Region: cloud.Region, ActiveBucket: "active", ActivePrefix: prefix,
		StorageKind: models.StorageSystem, SEAState: models.SEAEnabled, SEABucket: &bucket, SEAPrefix: &prefix,
	}
	if err := s.CreateUnit(t.Context(), &unit); err != nil {
		t.Fatal(err)
	}
	rows := []models.Placement{{UnitID: unit.ID, FileID: 1, Key: "k.html", SEAKey: "k", Size: slowSize, ContentType: "text/html", State: models.PlacementPlaced}}
	if err := s.InsertPlacements(t.Context(), rows); err != nil {
		t.Fatal(err)
	}
	client := cloud.Shared(t).Operator(nil)
	_, err := client.PutObject(t.Context(), &s3.PutObjectInput{
		Bucket: &bucket, Key: aws.String(prefix + "k"), Body: strings.NewReader(strings.Repeat("x", slowSize)),
	})
	if err != nil {
		t.Fatal(err)
	}
	source := objects.New(client)
	return &link.Service{Store: s, Objects: source, Source: source, Clock: clock.Real}, unit, rows[0].ID
}

// TestATransferOutlivesTheServersTimeouts reads a file and a ZIP with a pause
// that is longer than the server gives any other request.
func TestATransferOutlivesTheServersTimeouts(t *testing.T) {
	t.Parallel()
	links, unit, id := placedFile(t, storetest.Open(t))
	created, err := links.Create(t.Context(), models.CLI, unit, link.New{PlacementIDs: []int64{id}, Lifetime: time.Hour, MaxDownloads: 1})
	if err != nil {
		t.Fatal(err)
	}
	e := echo.New()
	e.GET("/file", func(c echo.Context) error {
		way, err := links.Redeem(c.Request().Context(), created.Token.Reveal(), link.Wish{})
		if err != nil {
			return err
		}
		d, err := links.Begin(c.Request().Context(), created.Token.Reveal(), way.Ticket.Reveal(), false)
		if err != nil {
			return err
		}
		return send(c, d)
	})
	e.GET("/zip", func(c echo.Context) error {
		d, err := links.Archive(c.Request().Context(), models.CLI, unit, []int64{id})
		if err != nil {
			return err
		}
		return send(c, d)
	})
	const limit = 200 * time.Millisecond
	server := httptest.NewUnstartedServer(e)
	server.Config.ReadTimeout, server.Config.WriteTimeout = limit, limit
	server.Start()
	t.Cleanup(server.Close)
	for path, contentType := range map[string]string{"/file": "application/octet-stream", "/zip": "application/zip"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := server.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.CopyN(io.Discard, answer.Body, 1<<20); err != nil {
			t.Fatal(err)
		}
		<-time.After(3 * limit)
		n, err := io.Copy(io.Discard, answer.Body)
		_ = answer.Body.Close()
		if err != nil || n+1<<20 < slowSize || answer.Header.Get("Content-Type") != contentType {
			t.Errorf("%s: %d bytes of %s, %v", path, n+1<<20, answer.Header.Get("Content-Type"), err)
		}
	}
	if _, err := links.Open(t.Context(), created.Token.Reveal()); err == nil {
		t.Error("the download was not counted")
	}
}

// TestWhoLeavesTheEndOutIsSeen fetches a file in ranges: each is noted, and the
// one with the last byte counts, whatever was sent with this ticket before it.
func TestWhoLeavesTheEndOutIsSeen(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	links, unit, id := placedFile(t, s)
	created, err := links.Create(t.Context(), models.CLI, unit, link.New{PlacementIDs: []int64{id}, Lifetime: time.Hour, MaxDownloads: 1})
	if err != nil {
		t.Fatal(err)
	}
	way, err := links.Redeem(t.Context(), created.Token.Reveal(), link.Wish{})
	if err != nil {
		t.Fatal(err)
	}
	fetch := func(span string) int {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		r.Header.Set("Range", "bytes="+span)
		answer := httptest.NewRecorder()
		d, err := links.Begin(t.Context(), created.Token.Reveal(), way.Ticket.Reveal(), false)
		if err == nil {
			err = send(echo.New().NewContext(r, answer), d)
		}
		if err != nil {
			t.Fatal(err)
		}
		return answer.Code
	}
	for _, step := range []struct {
		span         string
		parts, whole int
	}{{"0-9", 1, 0}, {"100-199", 1, 0}, {"-1", 1, 1}, {"0-", 1, 1}} {
		if code := fetch(step.span); code != http.StatusPartialContent {
			t.Fatalf("%s answers %d", step.span, code)
		}
		rows, err := s.HistoryFrom(t.Context(), 0, 1000)
		if err != nil {
			t.Fatal(err)
		}
		said := map[string]int{}
		for _, row := range rows {
			said[row.Action]++
		}
		if said["file.download_in_part"] != step.parts || said["file.downloaded"] != step.whole {
			t.Errorf("after %s: %v", step.span, said)
		}
	}
}

func TestBeginReadsWhereARangeBegins(t *testing.T) {
	t.Parallel()
	for span, want := range map[string]int64{"bytes 0-9/20": 0, "bytes 12-19/20": 12, "bytes */20": -1, "": -1} {
		if got := begin(span); got != want {
			t.Errorf("%q begins at %d, want %d", span, got, want)
		}
	}
}
