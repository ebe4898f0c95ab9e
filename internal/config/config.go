// Package config owns how one process is configured: one struct, filled from
// defaults, then SEA_* variables, then flags, and checked once before anything
// starts. It refuses to be read below internal/app: packages get the values
// that they need.
package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"seaportal/internal/sealed"
)

// masterKeyVariable has no flag: other users of the machine can read a
// process's arguments.
const masterKeyVariable = "SEA_MASTER_KEY"

const sqlitePrefix = "sqlite:"

// Config is all of it.
type Config struct {
	Place  `embed:""`
	Server `embed:""`
	// MasterKey names the master keys; empty: the key is a file in the data
	// directory. docs/configuration.md says how.
	MasterKey sealed.Plain `kong:"-"`
}

// Place says where the data is. Every command takes it.
type Place struct {
	DataDir  string `help:"Directory of everything that the portal keeps." env:"SEA_DATA_DIR" default:"./data" placeholder:"DIR"`
	Database string `help:"sqlite:FILE or a postgres:// URL; a SQLite file in the data directory unless given." env:"SEA_DATABASE" placeholder:"URL"`
}

// Server is what only a running server needs.
type Server struct {
	Mode           Mode          `help:"Who answers S3, IAM and KMS: embedded, this process itself, or aws." env:"SEA_MODE" enum:"embedded,aws" default:"embedded"`
	Cloud          Cloud         `embed:""`
	Listen         string        `help:"Address of the portal." env:"SEA_LISTEN" default:"127.0.0.1:8080" placeholder:"HOST:PORT"`
	S3Listen       string        `name:"s3-listen" help:"Address of the S3 endpoint." env:"SEA_S3_LISTEN" default:"127.0.0.1:9000" placeholder:"HOST:PORT"`
	PublicURL      string        `name:"public-url" help:"URL under which people reach the portal; made from the address unless given." env:"SEA_PUBLIC_URL" placeholder:"URL"`
	S3PublicURL    string        `name:"s3-public-url" help:"URL under which clients reach the S3 endpoint; made from the address unless given." env:"SEA_S3_PUBLIC_URL" placeholder:"URL"`
	TrustedProxies []string      `help:"Networks of the proxies in front, whose X-Forwarded-For is believed." env:"SEA_TRUSTED_PROXIES" placeholder:"CIDR"`
	TLS            TLS           `embed:""`
	InsecureListen bool          `help:"Allow addresses that other machines reach without a certificate: a proxy in front speaks TLS." env:"SEA_INSECURE_LISTEN"`
	Region         string        `help:"Region of S3: the one that the embedded endpoint answers for, or the one of the buckets." env:"SEA_REGION" default:"us-east-1"`
	ClockOffset    time.Duration `help:"Move the clock of the life cycle, for trials." env:"SEA_CLOCK_OFFSET" placeholder:"DURATION"`
	LogLevel       string        `help:"Least level that is logged: debug, info, warn or error." env:"SEA_LOG_LEVEL" enum:"debug,info,warn,error" default:"info"`
}

// Default gives the configuration of a process that was told nothing but its
// environment.
func Default() (Config, error) {
	c := Config{MasterKey: MasterKeyFromEnv()}
	if err := kong.ApplyDefaults(&c.Place); err != nil {
		return c, err
	}
	return c, kong.ApplyDefaults(&c.Server)
}

// MasterKeyFromEnv reads SEA_MASTER_KEY.
func MasterKeyFromEnv() sealed.Plain { return sealed.NewPlain(os.Getenv(masterKeyVariable)) }

// Absolute gives the configuration with absolute paths: the embedded server
// changes the working directory.
func (c Config) Absolute() (Config, error) {
	if c.DataDir == "" {
		return c, errors.New("--data-dir is empty: name a directory")
	}
	file, inFile := strings.CutPrefix(c.Database, sqlitePrefix)
	if !inFile {
		file = ""
	}
	for _, path := range []*string{&c.DataDir, &c.TLS.Cert, &c.TLS.Key, &c.TLS.Auto, &c.TLS.ACME.DirectoryCA, &file} {
		if *path == "" {
			continue
		}
		whole, err := filepath.Abs(*path)
		if err != nil {
			return c, fmt.Errorf("find %s: %w", *path, err)
		}
		*path = whole
	}
	if inFile {
		c.Database = sqlitePrefix + file
	}
	return c, nil
}

// DatabaseURL is the database to open: the one that was named, or the SQLite
// file in the data directory.
func (c Config) DatabaseURL() string {
	if c.Database != "" {
		return c.Database
	}
	return sqlitePrefix + filepath.Join(c.DataDir, "seaportal.db")
}
