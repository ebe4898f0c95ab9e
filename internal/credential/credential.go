// Package credential owns the one credential set of a business unit: the IAM
// user with its policy, issuing, regenerating and revoking the access key, the
// proofs that a key works or is dead, and the settling of what a crash left.
// It is the only package that talks to IAM.
//
// It refuses to keep a secret access key: the secret lives in the one value
// that Generate and Regenerate return. It never makes a second set beside the
// first: partial unique indexes in the database are the lock, a lease on the
// row says who works on it, and every write compares that lease. No IAM or S3
// call happens inside a transaction: the intent is committed, then the call is
// made, then its outcome is committed.
package credential

import (
	"context"
	"log/slog"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"seaportal/internal/clock"
	"seaportal/internal/sealed"
	"seaportal/internal/store"
	"seaportal/models"
)

const (
	defaultTimeout = 60 * time.Second // IAM is eventually consistent: 2 to 15 s were seen
	defaultProofs  = 3
	cleanUpTime    = 10 * time.Second // to put things right after a step failed
	leaseMargin    = 15 * time.Second // a lease outlives its operation and the cleaning up
)

// Config is what a Service is made of. Every field without a default must be
// set.
type Config struct {
	Store *store.Store
	IAM   *iam.Client
	// S3 makes a client that signs with the given key, for the proofs. Each
	// client must open connections of its own, so that no proof is answered by
	// what an older connection knew.
	S3 func(accessKeyID string, secret sealed.Plain) *s3.Client
	// Own is the portal's own S3 client, for TestConnection.
	Own *s3.Client
	// Keys gives the ARNs of the KMS keys that a unit's files rest under, which
	// its policy has to name; nil where S3 needs no right of the unit's to
	// decrypt.
	Keys func(ctx context.Context, unit models.BusinessUnit) ([]string, error)
	// Endpoint is the public URL of S3, Region its region: both are shown to
	// people beside the key.
	Endpoint, Region string
	// ProofInterval is how long to wait between two proofs that an old key is
	// refused: a second on AWS, whose servers learn of a deletion one by one;
	// zero on a server that knows at once.
	ProofInterval time.Duration
	// ProofCount is how many refusals in a row prove that a key is dead; 0
	// means 3.
	ProofCount int
	// Timeout is how long one operation may take; 0 means 60 s.
	Timeout time.Duration
	Log     *slog.Logger
}

// Service issues, regenerates and revokes credential sets. It is safe for
// concurrent use, also by several processes on one database.
type Service struct {
	store         *store.Store
	iam           *iam.Client
	s3            func(accessKeyID string, secret sealed.Plain) *s3.Client
	own           *s3.Client
	keyARNs       func(ctx context.Context, unit models.BusinessUnit) ([]string, error)
	endpoint      string
	region        string
	proofInterval time.Duration
	proofCount    int
	timeout       time.Duration
	log           *slog.Logger
}

// New makes a Service.
func New(cfg Config) *Service {
	s := &Service{
		store: cfg.Store, iam: cfg.IAM, s3: cfg.S3, own: cfg.Own, keyARNs: cfg.Keys, endpoint: cfg.Endpoint, region: cfg.Region,
		proofInterval: cfg.ProofInterval, proofCount: cfg.ProofCount, timeout: cfg.Timeout, log: cfg.Log,
	}
	if s.proofCount == 0 {
		s.proofCount = defaultProofs
	}
	if s.timeout == 0 {
		s.timeout = defaultTimeout
	}
	return s
}

// Issued is a credential set at the one moment when its secret is known. All
// five values go to the partner together.
type Issued struct {
	Endpoint     string // URL of S3
	FileLocation string // bucket/prefix/
	Region       string
	AccessKeyID  string
	Secret       sealed.Plain

	// Stopped is the access key id of the set that this one replaced, empty
	// where there was none. Proof says how both were tried.
	Stopped string
	Proof   Proof
}

func (s *Service) issued(t *task, secret sealed.Plain) Issued {
	issued := Issued{
		Endpoint: s.endpoint, FileLocation: t.unit.FileLocation(), Region: s.region,
		AccessKeyID: t.next.AccessKeyID, Secret: secret, Proof: t.proof,
	}
	if t.old != nil {
		issued.Stopped = t.old.AccessKeyID
	}
	return issued
}

// now is real time: leases and nonces never go by the life cycle's clock.
func now() time.Time { return clock.Real.Now() }

// lease is the instant until when nobody else may settle what this operation
// works on.
func (s *Service) lease() *time.Time {
	until := now().Add(s.timeout + leaseMargin)
	return &until
}

func leaseLives(set *models.Credential) bool {
	return set.LeaseUntil != nil && now().Before(*set.LeaseUntil)
}
