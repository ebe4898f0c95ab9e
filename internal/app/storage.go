package app

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"log/slog"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"seaportal/handlers"
	"seaportal/internal/clock"
	"seaportal/internal/config"
	"seaportal/internal/demo"
	"seaportal/internal/embedded"
	"seaportal/internal/keys"
	"seaportal/internal/lifecycle"
	"seaportal/internal/objects"
	"seaportal/internal/receipt"
	"seaportal/internal/sealed"
	"seaportal/models"
)

// maxSegment is how many bytes the embedded server takes between two slashes
// of a key: there it is the name of a directory entry.
const maxSegment = 255

// storage is who answers S3 and IAM. What differs between one provider and
// another ends here; everything above has these fields and knows no more.
type storage struct {
	s3  *s3.Client
	iam *iam.Client
	kms keys.API // nil where S3 knows no keys
	// oneKey is the ARN of the one key for every business unit, empty where each
	// has its own.
	oneKey string
	// keeper keeps the keys of kms; nil where only KMS does. permits says that
	// whoever reads a file needs a right on its key.
	keeper  keys.Keeper
	permits bool
	// signer signs for the URL that people reach, which may not be the one
	// that this machine uses.
	signer *s3.Client
	// queue and queueURL lead to the queue by which S3 tells of changes; nil and
	// empty where it does not, or does so without one.
	queue    *sqs.Client
	queueURL string
	// as gives a client of somebody else, on connections of its own.
	as func(accessKeyID string, secret sealed.Plain) *s3.Client

	local, public string // URLs of S3, for this machine and for people
	region        string
	active, sea   string // bucket that new units get, and the one that files are placed in
	lacks         objects.Lacks
	backstop      bool // S3 deletes what is marked for it, should the portal not
	can           []handlers.Capability
	checks        []handlers.Check // of what was found at the start
	// tryRights tries the portal's own rights; nil where the storage is its own.
	// tells says that the hearers are told of each GET.
	tells      bool
	tryRights  func(context.Context) (handlers.Rights, error)
	maxSegment int
	// proofInterval is how long to wait between two proofs that a key is dead:
	// none where one process knows at once.
	proofInterval time.Duration
	stop          func(ctx context.Context) error
}

// objects is the portal's own client.
func (s storage) objects() *objects.Client { return objects.New(s.s3).Lacking(s.lacks) }

// put stores one small object.
func (s storage) put(ctx context.Context, object demo.Object) error {
	_, err := s.s3.PutObject(ctx, &s3.PutObjectInput{
		Bucket: &object.Bucket, Key: &object.Key, ContentType: &object.ContentType,
		Body: bytes.NewReader(object.Body), Metadata: object.Metadata,
	})
	return err
}

// transport is how the S3 endpoint speaks TLS, and how the portal's own clients
// trust it; both nil without TLS.
type transport struct{ server, client *tls.Config }

// hearers are told what happens in the storage. They return at once.
type hearers struct {
	changes func(lifecycle.Event) // each write and deletion
	fetches func(receipt.Fetch)   // each GET by a partner, or by a presigned URL of the portal's
}

// openStorage starts the embedded server, and makes its buckets
// where they are missing.
func openStorage(ctx context.Context, cfg config.Config, at place, over transport, log *slog.Logger, hears hearers) (storage, error) {
	proxies, err := cfg.Proxies()
	if err != nil {
		return storage{}, err
	}
	mark, root, operators := rand.Text(), rootAccount(), &operators{keys: at.keys}
	kms := &keys.Local{Store: at.store, Master: at.keys, Region: cfg.Region, Clock: clock.Real}
	server, err := embedded.Start(ctx, embedded.Config{
		DataDir: at.dir, S3Listen: cfg.S3Listen, Region: cfg.Region,
		TLS: over.server, Proxies: proxies, OwnMark: mark,
		RootAccessKey: root.accessKeyID, RootSecret: root.secret, Operator: operators.account,
		Keys: at.keys, Store: at.store, Log: log, Encryption: encryptionOf(at, kms),
		Notify:  func(e embedded.Event) { hears.changes(observed(e)) },
		Fetched: func(f embedded.Fetch) { hears.fetches(fetched(f)) }, CounterfoilArgument: objects.CounterfoilArgument,
	})
	if err != nil {
		return storage{}, err
	}
	opened := clientsOf(cfg, server, root, operators, over.client, mark)
	opened.kms, opened.keeper, opened.can, opened.tells = kms, kms, embeddedCapabilities(), true
	err = errors.Join(opened.objects().EnsureBucket(ctx, opened.active), opened.objects().EnsureBucket(ctx, opened.sea))
	if err != nil {
		return storage{}, errors.Join(err, opened.stop(ctx))
	}
	return opened, nil
}

// encryptionOf keeps everything in SEA encrypted: what the life cycle places
// under the unit's key, anything else under one of the portal's.
func encryptionOf(at place, kms *keys.Local) *embedded.Encryption {
	service := &keys.Service{Store: at.store, KMS: kms, Keeper: kms, Clock: clock.Real}
	portal := models.BusinessUnit{Slug: "the portal"}
	return &embedded.Encryption{
		Buckets: []string{SEABucket}, Keys: kms,
		DefaultKey: func(ctx context.Context) (string, error) { return service.System(ctx, portal) },
	}
}

// clientsOf makes the clients of the embedded server. The links that people get
// are signed by the operator, so that they outlive a restart; all else by root,
// which ends with the process. mark tells it which
// requests are the portal's own proofs that a key works.
func clientsOf(cfg config.Config, server *embedded.Server, root operator, operators *operators, trust *tls.Config, mark string) storage {
	local, public := server.S3Endpoint(), publicURL(cfg.S3PublicURL, server.S3Endpoint())
	pool := connections(trust)
	return storage{
		s3:     s3Client(cfg.Region, local, root, pool),
		signer: s3Client(cfg.Region, public, operators, pool),
		iam:    iamClient(cfg.Region, server.IAMEndpoint(), root, pool),
		as: func(accessKeyID string, secret sealed.Plain) *s3.Client {
			return s3Client(cfg.Region, local, operator{accessKeyID, secret}, marked(fresh(trust), embedded.HeaderOwn, mark))
		},
		local: local, public: public, region: cfg.Region, maxSegment: maxSegment, active: ActiveBucket, sea: SEABucket,
		stop: func(ctx context.Context) error {
			pool.CloseIdleConnections() // the server waits for them
			return server.Stop(ctx)
		},
	}
}

func observed(e embedded.Event) lifecycle.Event {
	return lifecycle.Event{
		Kind: lifecycle.EventKind(e.Kind), Bucket: e.Bucket, Key: e.Key,
		AccessKeyID: e.AccessKeyID, Address: e.SourceIP,
	}
}

func fetched(f embedded.Fetch) receipt.Fetch {
	return receipt.Fetch{
		Bucket: f.Bucket, Key: f.Key, Size: f.Size, From: f.From, Sent: f.Sent,
		AccessKeyID: f.AccessKeyID, Address: f.SourceIP, Counterfoil: f.Counterfoil, Begun: f.Begun, Ended: f.Ended,
	}
}

// publicURL is the URL that people reach: the one that was configured, without
// a slash at its end, or the local one.
func publicURL(configured, local string) string {
	at, err := url.Parse(configured)
	if err != nil || at.Host == "" {
		return local
	}
	return at.Scheme + "://" + at.Host
}
