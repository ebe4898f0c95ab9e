package link_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/google/go-cmp/cmp"

	"seaportal/internal/fault"
	"seaportal/internal/link"
	"seaportal/internal/objects"
	"seaportal/internal/store/storetest"
	"seaportal/models"
)

func TestAPresignedURLFetchesUntilItSaysItEnds(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	begin := time.Now().UTC().Truncate(time.Second)
	signed, err := b.presign(t, b.unit, b.file.ID, 7*24*time.Hour)
	if err != nil || signed.Ends != link.EndsAsAsked || signed.ExpiresAt.Before(begin.Add(7*24*time.Hour)) || signed.ExpiresAt.After(begin.Add(7*24*time.Hour+5*time.Second)) {
		t.Fatalf("signed %v until %s, %v", signed.Ends, signed.ExpiresAt, err)
	}
	for range 2 {
		if status, _, body := fetch(t, signed.URL.Reveal()); status != http.StatusOK || body != content {
			t.Errorf("answered %d: %s", status, body)
		}
	}
	if diff := cmp.Diff([]string{"file.presigned"}, b.actions(t)); diff != "" {
		t.Error(diff)
	}
	if _, err := b.presign(t, b.unit, b.file.ID, time.Hour); err != nil {
		t.Fatal(err)
	}
	kept, err := b.Store.Placement(t.Context(), b.unit.ID, b.file.ID)
	if err != nil || kept.PresignedUntil == nil || !kept.PresignedUntil.Equal(signed.ExpiresAt) {
		t.Errorf("its key is kept from others until %v, %v", kept.PresignedUntil, err)
	}
	rows, err := b.Store.HistoryFrom(t.Context(), 0, 100)
	if err != nil || strings.Contains(rows[len(rows)-1].Summary+rows[len(rows)-1].Details, "X-Amz") {
		t.Errorf("the URL is in the history: %v", err)
	}
	for name, lifetime := range map[string]time.Duration{"more than S3 takes": 7*24*time.Hour + time.Second, "no time": 0} {
		if _, err := b.presign(t, b.unit, b.file.ID, lifetime); fault.Fields(err)["lifetime"] == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := b.presign(t, b.newUnit(t), b.file.ID, time.Hour); !fault.Is(err, fault.NotFound) {
		t.Errorf("another unit's: %v", err)
	}
}

func TestAPresignedURLEndsWithItsFileAndWithTemporaryCredentials(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	soon := time.Now().UTC().Add(2 * time.Hour)
	file := b.place(t, models.Placement{FileID: 2, Key: "soon", State: models.PlacementPlaced, ExpiresAt: &soon})
	signed, err := b.presign(t, b.unit, file.ID, 24*time.Hour)
	if err != nil || signed.Ends != link.EndsWithFile || signed.ExpiresAt.After(soon) || signed.ExpiresAt.Before(soon.Add(-5*time.Second)) {
		t.Errorf("ends %s %q, the file %s, %v", signed.ExpiresAt, signed.Ends, soon, err)
	}
	ends := time.Now().UTC().Add(time.Hour)
	b.Objects = objects.New(s3.New(s3.Options{
		Region: "eu-west-1", BaseEndpoint: aws.String(b.cloud.Endpoint()),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "ASIA", SecretAccessKey: "s", SessionToken: "t", CanExpire: true, Expires: ends}, nil
		}),
	}))
	signed, err = b.presign(t, b.unit, b.file.ID, 24*time.Hour)
	if err != nil || signed.Ends != link.EndsWithCredentials || signed.ExpiresAt.After(ends) || signed.ExpiresAt.Before(ends.Add(-5*time.Second)) {
		t.Errorf("ends %s %q, the credentials %s, %v", signed.ExpiresAt, signed.Ends, ends, err)
	}
}

// presign asks for a URL with a form of its own.
func (b *bench) presign(t *testing.T, unit models.BusinessUnit, placementID int64, lifetime time.Duration) (link.Presigned, error) {
	t.Helper()
	nonce, err := b.IssueURLNonce(t.Context(), ada.ID, unit)
	if err != nil {
		t.Fatal(err)
	}
	return b.Presign(t.Context(), ada, unit, placementID, lifetime, nonce)
}

func TestAFormForAURLIsSentOnce(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	nonce, err := b.IssueURLNonce(t.Context(), ada.ID, b.unit)
	if err != nil {
		t.Fatal(err)
	}
	forLinks, err := b.IssueNonce(t.Context(), ada.ID, b.unit)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Presign(t.Context(), ada, b.unit, b.file.ID, time.Hour, nonce); err != nil {
		t.Fatal(err)
	}
	for name, other := range map[string]string{"the same": nonce, "none": "", "that of a link's form": forLinks} {
		if _, err := b.Presign(t.Context(), ada, b.unit, b.file.ID, time.Hour, other); !fault.Is(err, fault.Conflict) {
			t.Errorf("with %s: %v", name, err)
		}
	}
	if diff := cmp.Diff([]string{"file.presigned"}, b.actions(t)); diff != "" {
		t.Error(diff)
	}
}
