package link_test

import (
	"crypto/rand"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"seaportal/internal/clock"
	"seaportal/internal/link"
	"seaportal/internal/objects"
	"seaportal/internal/store"
	"seaportal/internal/testkit/cloud"
	"seaportal/models"
)

func TestMain(m *testing.M) { os.Exit(cloud.Run(m)) }

var ada = models.Actor{Kind: models.ActorUser, ID: 1, Name: "Ada", Address: "192.0.2.1"}

const content = "the content of a file"

// bench is a unit with SEA enabled and one placed file.
type bench struct {
	*link.Service
	cloud *cloud.Cloud
	gate  cloud.Gate // between the service and what it streams from
	unit  models.BusinessUnit
	file  models.Placement
}

// setUp makes a bench whose file has a name that is hard to pass on.
func setUp(t testing.TB, s *store.Store) *bench {
	t.Helper()
	b := &bench{cloud: cloud.Shared(t)}
	b.Service = &link.Service{Store: s, Objects: objects.New(b.cloud.Operator(nil)), Source: objects.New(b.cloud.Operator(&b.gate)), Clock: clock.Real}
	b.unit = b.newUnit(t)
	expires := time.Now().UTC().Truncate(time.Microsecond).Add(30 * 24 * time.Hour)
	b.file = b.place(t, models.Placement{
		FileID: 1, Key: `calls/Grüße "1"+%2F 📞.txt`, State: models.PlacementPlaced, Size: int64(len(content)),
		ContentType: "text/plain", Checksum: "CRC64NVME:abc=", ExpiresAt: &expires,
	})
	return b
}

func (b *bench) newUnit(t testing.TB) models.BusinessUnit {
	t.Helper()
	slug := "u" + strings.ToLower(rand.Text()[:12])
	bucket, prefix := cloud.SEABucket, slug+"/"
	unit := models.BusinessUnit{
		Slug: slug, Name: slug, Region: cloud.Region, ActiveBucket: "active", ActivePrefix: prefix,
		StorageKind: models.StorageSystem, SEAState: models.SEAEnabled, SEABucket: &bucket, SEAPrefix: &prefix,
		RetentionDays: models.RetentionDays,
	}
	if err := b.Store.CreateUnit(t.Context(), &unit); err != nil {
		t.Fatal(err)
	}
	return unit
}

// place makes a placement of the unit, and its object.
func (b *bench) place(t testing.TB, p models.Placement) models.Placement {
	t.Helper()
	return b.placeBytes(t, p, content)
}

func (b *bench) placeBytes(t testing.TB, p models.Placement, body string) models.Placement {
	t.Helper()
	p.UnitID, p.SEAKey = b.unit.ID, p.Key
	rows := []models.Placement{p}
	if err := b.Store.InsertPlacements(t.Context(), rows); err != nil {
		t.Fatal(err)
	}
	_, err := b.cloud.Operator(nil).PutObject(t.Context(), &s3.PutObjectInput{
		Bucket: b.unit.SEABucket, Key: aws.String(*b.unit.SEAPrefix + p.SEAKey), Body: strings.NewReader(body),
		ContentType: aws.String("text/html"),
	})
	if err != nil {
		t.Fatal(err)
	}
	return rows[0]
}

// fetch gets a URL, as a browser would: status, headers and content.
func fetch(t *testing.T, url string) (int, http.Header, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Close = true
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, answer.Header, string(body)
}

// actions are the actions of the unit's history, oldest first.
func (b *bench) actions(t *testing.T) []string {
	t.Helper()
	rows, err := b.Store.HistoryFrom(t.Context(), 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	var actions []string
	for _, row := range rows {
		if row.UnitID == b.unit.ID {
			actions = append(actions, row.Action)
		}
	}
	return actions
}
