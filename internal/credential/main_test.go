package credential_test

import (
	"crypto/rand"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/google/go-cmp/cmp"

	"seaportal/internal/credential"
	"seaportal/internal/history"
	"seaportal/internal/sealed"
	"seaportal/internal/store"
	"seaportal/internal/testkit/cloud"
	"seaportal/models"
)

func TestMain(m *testing.M) { os.Exit(cloud.Run(m)) }

var (
	ada   = models.Actor{Kind: models.ActorUser, ID: 1, Name: "Ada", Address: "192.0.2.1"}
	grace = models.Actor{Kind: models.ActorUser, ID: 2, Name: "Grace", Address: "192.0.2.2"}
)

// bench is one unit with SEA enabled, and the service that works on it.
type bench struct {
	*credential.Service
	cloud *cloud.Cloud
	gate  *cloud.Gate
	store *store.Store
	unit  models.BusinessUnit
}

// setUp makes a bench.
func setUp(t *testing.T, s *store.Store) *bench {
	t.Helper()
	return setUpAt(t, s, "u"+strings.ToLower(rand.Text()[:12]))
}

func setUpAt(t *testing.T, s *store.Store, slug string) *bench {
	t.Helper()
	b := &bench{cloud: cloud.Shared(t), gate: &cloud.Gate{}, store: s}
	bucket, prefix := cloud.SEABucket, slug+"/"
	b.unit = models.BusinessUnit{
		Slug: slug, Name: slug, Region: cloud.Region, ActiveBucket: "active", ActivePrefix: prefix,
		StorageKind: models.StorageSystem, SEAState: models.SEAEnabled, SEABucket: &bucket, SEAPrefix: &prefix,
		RetentionDays: models.RetentionDays,
	}
	if err := s.CreateUnit(t.Context(), &b.unit); err != nil {
		t.Fatal(err)
	}
	b.patience(0)
	return b
}

// patience sets how long one operation may take from now on; 0 is the default.
func (b *bench) patience(timeout time.Duration) {
	b.Service = credential.New(credential.Config{
		Store: b.store, IAM: b.cloud.IAM(b.gate), Endpoint: b.cloud.Endpoint(), Region: cloud.Region,
		S3: func(accessKeyID string, secret sealed.Plain) *s3.Client {
			return b.cloud.S3(b.gate, accessKeyID, secret)
		},
		Own: b.cloud.Operator(b.gate), Timeout: timeout, Log: slog.New(slog.DiscardHandler),
	})
}

func (b *bench) nonce(t *testing.T, by models.Actor, purpose string) string {
	t.Helper()
	nonce, err := b.IssueNonce(t.Context(), by.ID, b.unit.ID, purpose)
	if err != nil {
		t.Fatal(err)
	}
	return nonce
}

func (b *bench) generate(t *testing.T) credential.Issued {
	t.Helper()
	issued, err := b.Generate(t.Context(), ada, b.unit, b.nonce(t, ada, credential.PurposeGenerate))
	if err != nil {
		t.Fatal(err)
	}
	return issued
}

func (b *bench) regenerate(t *testing.T) (credential.Issued, error) {
	t.Helper()
	return b.Regenerate(t.Context(), ada, b.unit, b.nonce(t, ada, credential.PurposeRegenerate), b.unit.Slug)
}

// lists tells whether a set lists the unit's location.
func (b *bench) lists(t *testing.T, set credential.Issued) error {
	t.Helper()
	_, err := b.cloud.S3(nil, set.AccessKeyID, set.Secret).ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{
		Bucket: b.unit.SEABucket, Prefix: b.unit.SEAPrefix,
	})
	return err
}

// keys are the unit's keys as IAM has them.
func (b *bench) keys(t *testing.T) []string {
	t.Helper()
	answer, err := b.cloud.IAM(nil).ListAccessKeys(t.Context(), &iam.ListAccessKeysInput{UserName: aws.String(b.unit.IAMUser())})
	if code(err) == "NoSuchEntity" {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, key := range answer.AccessKeyMetadata {
		ids = append(ids, aws.ToString(key.AccessKeyId))
	}
	return ids
}

func (b *bench) current(t *testing.T) credential.Status {
	t.Helper()
	status, err := b.Current(t.Context(), b.unit)
	if err != nil {
		t.Fatal(err)
	}
	return status
}

// mustHold checks what is true whenever nobody works on the unit: IAM has the
// key of the active set and no other, and the history holds together.
func (b *bench) mustHold(t *testing.T) credential.Status {
	t.Helper()
	status := b.current(t)
	var want []string
	switch status.State {
	case credential.Active:
		want = []string{status.Live.AccessKeyID}
	case credential.None, credential.Revoked:
	case credential.Issuing, credential.Retiring:
		t.Errorf("the unit is not settled: %s", status.State)
	}
	if diff := cmp.Diff(want, b.keys(t)); diff != "" {
		t.Errorf("keys that the database knows, and IAM's:\n%s", diff)
	}
	if _, err := history.Verify(t.Context(), b.store); err != nil {
		t.Error(err)
	}
	return status
}

// actions are the actions of the history, oldest first.
func (b *bench) actions(t *testing.T) []string {
	t.Helper()
	rows, err := b.store.HistoryFrom(t.Context(), 0, 1000)
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
