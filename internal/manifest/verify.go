package manifest

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"
)

// longestLine bounds a line of a manifest in bytes: a head with its selection, a
// file with two names of 1,024 bytes, each escaped.
const longestLine = 1 << 20

// Check says what to check.
type Check struct {
	Manifest string // file
	Dir      string // with the files
	// Keys is the portal's JWK set, or one JWK.
	Keys []byte
	// AnySigner takes the manifest's own key where no keys are given. That finds
	// what was damaged, and nobody who changed it on purpose: they sign it anew.
	AnySigner bool
}

// Result is what a check found.
type Result struct {
	OK, Unsummed               int64 // Unsummed: of OK, those without a checksum
	Missing, Altered, Refused  int64
	Unreadable, Extra, Earlier int64 // Earlier: a newer file took the name
}

// Clean tells whether every file is as the manifest says, and no other is there.
func (r Result) Clean() bool { return r.Missing+r.Altered+r.Refused+r.Unreadable+r.Extra == 0 }

// String sums the result up.
func (r Result) String() string {
	parts := []string{fmt.Sprintf("%d ok", r.OK)}
	for _, part := range []struct {
		n    int64
		word string
	}{{r.Missing, "missing"}, {r.Altered, "altered"}, {r.Refused, "refused"}, {r.Unreadable, "unreadable"}, {r.Extra, "extra"}} {
		if part.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", part.n, part.word))
		}
	}
	return strings.Join(parts, ", ")
}

// Verify checks the signature first, and only then the files, which it reads
// below the directory and nowhere else. It writes a line for each file that is
// not as it should be. ErrSignature says that the manifest itself is not.
func Verify(ctx context.Context, out io.Writer, c Check) (Result, error) {
	f, err := os.Open(c.Manifest)
	if err != nil {
		return Result{}, fmt.Errorf("open manifest: %w", err)
	}
	defer func() { _ = f.Close() }() // it was only read
	if len(c.Keys) == 0 && !c.AnySigner {
		return Result{}, ErrNoKey
	}
	a, err := authenticate(f, c.Keys)
	if err != nil {
		return Result{}, err
	}
	d, err := openDisk(c.Dir, f, out)
	if err != nil {
		return Result{}, err
	}
	defer func() { _ = d.root.Close() }()
	if err := d.readManifest(ctx, f, a); err != nil {
		return d.result, err
	}
	if err := d.findExtra(ctx); err != nil {
		return d.result, err
	}
	_, err = fmt.Fprintf(out, "files      %s\n", d.result)
	return d.result, err
}

// readManifest checks each file that the manifest lists. The bytes are hashed
// again as they are read: nobody may change the manifest in between.
func (d *disk) readManifest(ctx context.Context, f *os.File, a authentic) error {
	sum := sha256.New()
	lines := bufio.NewScanner(io.TeeReader(io.NewSectionReader(f, 0, a.length), sum))
	lines.Buffer(make([]byte, 0, 64<<10), longestLine)
	if !lines.Scan() {
		return errors.Join(ErrSignature, lines.Err())
	}
	top, err := readHead(lines.Bytes())
	if err != nil {
		return err
	}
	if err := d.introduce(top, a); err != nil {
		return err
	}
	for lines.Scan() {
		line := lines.Bytes()
		if bytes.HasPrefix(line, []byte("]")) {
			continue // the totals, which end the list
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		line = bytes.TrimSuffix(line, []byte(","))
		if len(line) == 0 {
			continue // a manifest of no files
		}
		var e entry
		if err := json.Unmarshal(line, &e); err != nil {
			return fmt.Errorf("read the manifest's list: %w", err)
		}
		if err := d.check(e); err != nil {
			return err
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("read manifest: %w", err)
	}
	if !bytes.Equal(sum.Sum(nil), a.sum) {
		return fmt.Errorf("%w: it was changed while it was read", ErrSignature)
	}
	return nil
}

func readHead(line []byte) (head, error) {
	var top head
	whole := slices.Concat(bytes.TrimSuffix(line, []byte(strings.TrimSuffix(filesBegin, "\n"))), []byte("}"))
	if err := json.Unmarshal(whole, &top); err != nil {
		return top, fmt.Errorf("read the manifest's head: %w", err)
	}
	if top.Format != formatName {
		return top, fmt.Errorf("this program reads %s, not %q", formatName, top.Format)
	}
	return top, nil
}

// introduce tells what is checked, and what the signature is worth.
func (d *disk) introduce(top head, a authentic) error {
	worth := "good, by the key " + a.keyID
	if !a.known {
		worth += ", whoever has that" +
			"\nwarning    anybody may have signed this: only --key shows that the portal did"
	}
	_, err := fmt.Fprintf(d.out, "manifest   %s of %s (%s), made %s by %s\nsignature  %s\n",
		shown(top.ID), shown(top.Unit.Name), shown(top.Unit.Slug), top.MadeAt.UTC().Format(time.RFC3339), shown(top.MadeBy), worth)
	return err
}
