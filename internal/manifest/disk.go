package manifest

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"unicode"
	"unicode/utf8"

	"seaportal/internal/objects"
)

// name is what is remembered of a path: enough to tell a million apart, and
// small.
type name [16]byte

// disk is a directory that is held against a manifest. Nothing outside of it is
// reached, by whatever name or symbolic link: root sees to that.
type disk struct {
	root     *os.Root
	manifest os.FileInfo // may lie in the directory itself
	out      io.Writer
	listed   map[name]bool
	result   Result
}

func openDisk(dir string, manifest *os.File, out io.Writer) (*disk, error) {
	info, err := manifest.Stat()
	if err != nil {
		return nil, fmt.Errorf("look at manifest: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open directory: %w", err)
	}
	return &disk{root: root, manifest: info, out: out, listed: map[name]bool{}}, nil
}

func nameOf(clean string) name {
	sum := sha256.Sum256([]byte(clean))
	return name(sum[:16])
}

// check holds one file against its line. Of two lines with one path the first
// counts: it is the newer.
func (d *disk) check(e entry) error {
	key, ok := read(e.Path, e.Path64)
	clean := path.Clean(key)
	if !ok || !filepath.IsLocal(filepath.FromSlash(key)) || strings.HasSuffix(key, "/") {
		d.result.Refused++
		return d.say("refused", key, "no path below the directory")
	}
	if d.listed[nameOf(clean)] {
		d.result.Earlier++
		return nil
	}
	d.listed[nameOf(clean)] = true
	verdict, err := d.compare(clean, e)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		d.result.Missing++
		return d.say("missing", key, "")
	case err != nil:
		d.result.Unreadable++
		return d.say("unreadable", key, err.Error())
	case verdict != "":
		d.result.Altered++
		return d.say("altered", key, verdict)
	}
	d.result.OK++
	return nil
}

// compare tells what is wrong with a file, nothing where all is well. It looks
// before it opens: opening a FIFO waits for a writer, and some devices act.
func (d *disk) compare(clean string, e entry) (string, error) {
	info, err := d.root.Stat(filepath.FromSlash(clean))
	switch {
	case err != nil:
		return "", plainly(err)
	case !info.Mode().IsRegular():
		return notRegular(info.Mode()), nil
	case info.Size() != e.Size:
		return fmt.Sprintf("it has %d bytes, not %d", info.Size(), e.Size), nil
	}
	f, err := d.root.OpenFile(filepath.FromSlash(clean), os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return "", plainly(err)
	}
	defer func() { _ = f.Close() }() // it was only read
	if opened, err := f.Stat(); err != nil || !os.SameFile(info, opened) {
		return "it was replaced while it was looked at", err
	}
	want := objects.FromHex(e.Algorithm, e.Checksum)
	sum := want.Hash()
	if sum == nil {
		d.result.Unsummed++
		return "", d.say("unsummed", clean, "no checksum is known, only its size was compared")
	}
	if _, err := io.Copy(sum, f); err != nil {
		return "", plainly(err)
	}
	if !want.Is(sum) {
		return "its " + e.Algorithm + " is another", nil
	}
	return "", nil
}

// notRegular says what stands in a file's place, nothing of a regular file.
func notRegular(mode fs.FileMode) string {
	switch {
	case mode.IsRegular():
		return ""
	case mode.IsDir():
		return "it is a directory"
	case mode&fs.ModeSymlink != 0:
		return "it is a symbolic link"
	case mode&fs.ModeNamedPipe != 0:
		return "it is a FIFO"
	case mode&fs.ModeSocket != 0:
		return "it is a socket"
	case mode&fs.ModeDevice != 0:
		return "it is a device"
	}
	return "it is no file"
}

// plainly leaves out the path of an error: the line around it names it.
func plainly(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}

// findExtra finds the files that the manifest does not list, but for itself.
func (d *disk) findExtra(ctx context.Context) error {
	return fs.WalkDir(d.root.FS(), ".", func(at string, found fs.DirEntry, err error) error {
		if err != nil {
			d.result.Unreadable++
			return d.say("unreadable", at, plainly(err).Error())
		}
		if found.IsDir() || d.listed[nameOf(at)] {
			return ctx.Err()
		}
		info, err := found.Info()
		if err == nil && os.SameFile(info, d.manifest) {
			return nil
		}
		d.result.Extra++
		return d.say("extra", at, notRegular(found.Type()))
	})
}

// say writes one line about a file.
func (d *disk) say(word, key, why string) error {
	if why != "" {
		why = ": " + why
	}
	_, err := fmt.Fprintf(d.out, "%-10s %s%s\n", word, shown(key), why)
	return err
}

// shown writes a name on one line of a terminal: one that holds what cannot be
// seen stands in quotes, escaped.
func shown(text string) string {
	hidden := func(r rune) bool { return r == utf8.RuneError || !unicode.IsGraphic(r) }
	if text == "" || strings.ContainsFunc(text, hidden) {
		return strconv.Quote(text)
	}
	return text
}
