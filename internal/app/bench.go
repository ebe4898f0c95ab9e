package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"seaportal/internal/bench"
	"seaportal/internal/config"
	"seaportal/internal/lifecycle"
	"seaportal/internal/objects"
	"seaportal/internal/receipt"
	"seaportal/internal/rule"
	"seaportal/internal/sealed"
)

// BenchOptions says what to measure, and on which server. Nothing of an
// installation is touched.
type BenchOptions struct {
	Files    int
	Size     int64 // bytes of a file
	InFlight []int
	Actions  []string // copy, move
	Rounds   int
	Growth   []int  // sizes of a growing unit, ascending; none measures no growth
	Picture  string // file that the growth is drawn in, if any

	// Endpoint is the S3 server; empty starts an embedded one in a directory
	// of its own below Dir, or below the system's for temporary files.
	Endpoint             string
	AccessKey, SecretKey string
	Region, Bucket       string
	Dir                  string
}

// Bench measures the life cycle and writes tables in Markdown.
func Bench(ctx context.Context, out io.Writer, log *slog.Logger, o BenchOptions) error {
	dir, err := os.MkdirTemp(o.Dir, "seaportal-bench-")
	if err != nil {
		return fmt.Errorf("cannot make a directory to measure in: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	at, err := openPlace(ctx, config.Config{Place: config.Place{DataDir: dir}}, log)
	if err != nil {
		return err
	}
	rig, stop, err := o.rig(ctx, at, log)
	if err == nil {
		err = errors.Join(o.measure(ctx, out, rig), stop(context.WithoutCancel(ctx)))
	}
	return errors.Join(err, at.store.Close())
}

// rig starts or reaches the server.
func (o BenchOptions) rig(ctx context.Context, at place, log *slog.Logger) (bench.Rig, func(context.Context) error, error) {
	stop := func(context.Context) error { return nil }
	var segment int
	if o.Endpoint == "" {
		served, err := openStorage(ctx, config.Config{
			Place: config.Place{DataDir: at.dir}, Server: config.Server{S3Listen: "127.0.0.1:0", Region: o.Region},
		}, at, transport{}, log, hearers{changes: func(lifecycle.Event) {}, fetches: func(receipt.Fetch) {}})
		if err != nil {
			return bench.Rig{}, stop, err
		}
		_, key := at.keys.Current()
		account, err := operatorOf(key)
		if err != nil {
			return bench.Rig{}, stop, errors.Join(err, served.stop(ctx))
		}
		o.Endpoint, o.AccessKey, o.SecretKey = served.local, account.accessKeyID, account.secret.Reveal()
		segment, stop = served.maxSegment, served.stop
	}
	client, idle := o.client()
	rig := bench.Rig{S3: client, Store: at.store, Bucket: o.Bucket, MaxSegment: segment, Log: log, Passing: segment > 0}
	ended := func(ctx context.Context) error {
		idle()
		return stop(ctx)
	}
	if err := objects.New(client).EnsureBucket(ctx, o.Bucket); err != nil {
		return rig, ended, errors.Join(err, ended(ctx))
	}
	return rig, ended, nil
}

// client keeps a connection for each request in flight, so that neither side
// of a comparison pays for new ones.
func (o BenchOptions) client() (*s3.Client, func()) {
	most := slices.Max(append([]int{idleConns}, o.InFlight...))
	over := &http.Client{Transport: &http.Transport{MaxIdleConns: most, MaxIdleConnsPerHost: most, ResponseHeaderTimeout: answerTime}}
	return s3Client(o.Region, o.Endpoint, operator{o.AccessKey, sealed.NewPlain(o.SecretKey)}, over), over.CloseIdleConnections
}

// measure runs what was asked for.
func (o BenchOptions) measure(ctx context.Context, out io.Writer, rig bench.Rig) error {
	if len(o.Actions) > 0 {
		if err := o.placing(ctx, out, rig); err != nil {
			return err
		}
	}
	if len(o.Growth) == 0 {
		return nil
	}
	return o.growth(ctx, out, rig)
}

func (o BenchOptions) placing(ctx context.Context, out io.Writer, rig bench.Rig) error {
	actions := make([]rule.Action, len(o.Actions))
	for i, action := range o.Actions {
		actions[i] = rule.Action(action)
	}
	if _, err := fmt.Fprintf(out, "Placing %d files of %d bytes, %d rounds each:\n\n", o.Files, o.Size, o.Rounds); err != nil {
		return err
	}
	line, err := bench.PlacingTable(out)
	if err != nil {
		return err
	}
	return rig.Placing(ctx, bench.Load{
		Files: o.Files, Size: o.Size, InFlight: o.InFlight, Actions: actions, Rounds: o.Rounds,
	}, line)
}

// growthInFlight is the life cycle's own number of requests in flight.
const growthInFlight = 16

func (o BenchOptions) growth(ctx context.Context, out io.Writer, rig bench.Rig) error {
	if _, err := fmt.Fprintf(out, "\nGrowth of one unit:\n\n"); err != nil {
		return err
	}
	line, err := bench.GrowthTable(out)
	if err != nil {
		return err
	}
	var points []bench.Growth
	err = rig.Growth(ctx, o.Growth, growthInFlight, func(g bench.Growth) error {
		points = append(points, g)
		return line(g)
	})
	if err != nil || o.Picture == "" {
		return err
	}
	file, err := os.Create(o.Picture)
	if err != nil {
		return err
	}
	return errors.Join(bench.GrowthPicture(file, points), file.Close())
}
