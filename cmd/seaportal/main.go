// Command seaportal is the Secure External Access portal. This package parses
// arguments and prints; everything that it does is in internal/app.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"seaportal/internal/config"
)

// gcPercent lets the heap grow to three times what is in use before it is
// collected, twice by default: what is in use is small, and is gone through half
// as often. A scan stays below the 150 MiB that docs/performance.md promises.
const gcPercent = 200

// cli is every command with its flags.
type cli struct {
	config.Place

	Serve    serve    `cmd:"" help:"Run the portal with its S3 endpoint."`
	User     user     `cmd:"" help:"Manage local accounts."`
	Storage  storage  `cmd:"" help:"Use the embedded storage."`
	History  history  `cmd:"" help:"Check the history."`
	Keys     keys     `cmd:"" help:"Manage the keys of what is secret in the database."`
	Manifest manifest `cmd:"" help:"Check files against a manifest, and manage the key that signs them."`
	Bench    bench    `cmd:"" help:"Measure placing and scanning against bare S3 requests."`
	AWS      aws      `cmd:"" name:"aws" help:"The portal's own rights in the aws mode."`
	Health   health   `cmd:"" help:"Tell whether the server that uses the data directory answers: exit 0 or 1."`
	Version  version  `cmd:"" help:"Print the version."`
}

func main() {
	// What the portal keeps is its user's alone, in any directory.
	syscall.Umask(0o077)
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	if err := run(os.Args[1:], os.Stdin, os.Stdout); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "seaportal:", oneLine(err))
		os.Exit(1)
	}
}

func run(args []string, stdin io.Reader, stdout io.Writer) error {
	var all cli
	parser, err := newParser(&all, stdin, stdout)
	if err != nil {
		return err
	}
	command, err := parser.Parse(args)
	if err != nil {
		return err
	}
	return command.Run(all.Place)
}

// at is the configuration of a command that only needs to know where the data is,
// and the rest as the environment has it.
func at(place config.Place) (config.Config, error) {
	cfg, err := config.Default()
	cfg.Place = place
	return cfg, err
}

func newParser(all *cli, stdin io.Reader, stdout io.Writer) (*kong.Kong, error) {
	return kong.New(all,
		kong.Name("seaportal"),
		kong.Description("Secure External Access: files of a business unit, for a while, for its people and partners."),
		kong.Writers(stdout, os.Stderr),
		kong.BindTo(context.Background(), (*context.Context)(nil)),
		kong.BindTo(stdin, (*io.Reader)(nil)),
		kong.BindTo(stdout, (*io.Writer)(nil)),
	)
}

// oneLine puts an error on one line: joined errors and some drivers' have
// several.
func oneLine(err error) string {
	return strings.Join(strings.FieldsFunc(err.Error(), func(r rune) bool { return r == '\n' || r == '\t' }), " ")
}
