package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"seaportal/internal/app"
)

const million = 1_000_000

type bench struct {
	Files    int    `default:"2000" help:"Files in a round." env:"SEA_BENCH_FILES"`
	Size     size   `default:"4KiB" help:"Size of a file: bytes, or a number of KiB or MiB." env:"SEA_BENCH_SIZE"`
	InFlight []int  `default:"1,8,32,128" help:"S3 requests at a time." env:"SEA_BENCH_IN_FLIGHT"`
	Action   string `default:"both" enum:"copy,move,both,none" help:"What to compare: copy, move, both or none." env:"SEA_BENCH_ACTION"`
	Rounds   int    `default:"3" help:"Rounds of each side." env:"SEA_BENCH_ROUNDS"`
	Growth   []int  `default:"1000,10000,100000" help:"Sizes that one unit grows to; 0 for none." env:"SEA_BENCH_GROWTH"`
	Million  bool   `help:"Grow to a million files too." env:"SEA_BENCH_MILLION"`
	Picture  string `help:"Draw the growth in this file (SVG)." env:"SEA_BENCH_PICTURE" placeholder:"FILE"`
	Dir      string `help:"Where to make the directory to measure in; the system's for temporary files unless given." env:"SEA_BENCH_DIR"`
	Endpoint string `help:"URL of an S3 server to measure on; an embedded one unless given." env:"SEA_BENCH_ENDPOINT" placeholder:"URL"`
	Access   string `name:"access-key" help:"Access key id for the endpoint." env:"SEA_BENCH_ACCESS_KEY"`
	Secret   string `name:"secret-key" help:"Secret access key for the endpoint; better given in the variable." env:"SEA_BENCH_SECRET_KEY"`
	Region   string `default:"us-east-1" help:"Region that the endpoint answers for." env:"SEA_BENCH_REGION"`
	Bucket   string `default:"seaportal-bench" help:"Bucket to measure in, made if need be." env:"SEA_BENCH_BUCKET"`
}

// Run measures until it is done or a signal ends it.
func (b *bench) Run(ctx context.Context, stdout io.Writer) error {
	ctx, release := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer release()
	picture := b.Picture
	if picture != "" {
		var err error
		if picture, err = filepath.Abs(picture); err != nil {
			return fmt.Errorf("find %s: %w", b.Picture, err)
		}
	}
	return app.Bench(ctx, stdout, app.Logger(os.Stderr, "error"), app.BenchOptions{
		Files: b.Files, Size: int64(b.Size), InFlight: b.InFlight, Actions: b.actions(), Rounds: b.Rounds,
		Growth: b.sizes(), Picture: picture, Dir: b.Dir,
		Endpoint: b.Endpoint, AccessKey: b.Access, SecretKey: b.Secret, Region: b.Region, Bucket: b.Bucket,
	})
}

// Validate refuses figures that measure nothing.
func (b *bench) Validate() error {
	if b.Files < 1 || b.Rounds < 1 || b.Size < 0 {
		return errors.New("--files and --rounds begin at 1")
	}
	for _, n := range b.InFlight {
		if n < 1 {
			return errors.New("--in-flight begins at 1")
		}
	}
	return nil
}

func (b *bench) actions() []string {
	switch b.Action {
	case "none":
		return nil
	case "both":
		return []string{"copy", "move"}
	}
	return []string{b.Action}
}

func (b *bench) sizes() []int {
	var sizes []int
	for _, size := range b.Growth {
		if size > 0 {
			sizes = append(sizes, size)
		}
	}
	if b.Million {
		sizes = append(sizes, million)
	}
	return sizes
}

// size is a number of bytes as people write it.
type size int64

// UnmarshalText reads 4096, 4KiB or 64MiB.
func (s *size) UnmarshalText(text []byte) error {
	unit := int64(1)
	number := string(text)
	for suffix, bytes := range map[string]int64{"KiB": 1 << 10, "MiB": 1 << 20} {
		if cut, found := strings.CutSuffix(number, suffix); found {
			number, unit = cut, bytes
		}
	}
	count, err := strconv.ParseInt(number, 10, 64)
	if err != nil || count < 0 || count > 1<<32 {
		return fmt.Errorf("%q is no size: write 4096, 4KiB or 64MiB", text)
	}
	*s = size(count * unit)
	return nil
}
