package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"seaportal/internal/app"
	"seaportal/internal/config"
)

type manifest struct {
	Verify manifestVerify `cmd:"" help:"Check files on a disk against a signed manifest, offline: exit 0 when every file is as it says and no other is there."`
	Rotate manifestRotate `cmd:"" help:"Make a new key that signs manifests."`
}

type manifestVerify struct {
	Key       string `help:"The portal's public keys: a file, or the URL of its /.well-known/sea-manifest-key." placeholder:"FILE|URL" env:"SEA_MANIFEST_KEY"`
	AnySigner bool   `help:"Do without --key: finds damage, but not who changed the manifest and signed it anew." env:"SEA_MANIFEST_ANY_SIGNER"`
	Manifest  string `arg:"" help:"The signed manifest."`
	Dir       string `arg:"" help:"The directory that the files were fetched into."`
}

// Run prints what is not as the manifest says, and fails if there is any.
func (v manifestVerify) Run(ctx context.Context, stdout io.Writer) error {
	return app.VerifyManifest(ctx, stdout, v.Manifest, v.Dir, v.Key, v.AnySigner)
}

type manifestRotate struct {
	Revoke bool `help:"Publish the old key no more, for the case that somebody else has it: what it signed can no longer be verified." env:"SEA_MANIFEST_REVOKE"`
}

// Run prints the new key's id.
func (r manifestRotate) Run(ctx context.Context, stdout io.Writer, place config.Place) error {
	cfg, err := at(place)
	if err != nil {
		return err
	}
	id, err := app.RotateManifestKey(ctx, cfg, app.Logger(os.Stderr, "warn"), r.Revoke)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "manifests are signed with the key %s from now on\n", id)
	return err
}
