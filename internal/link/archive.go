package link

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"seaportal/internal/fault"
	"seaportal/internal/store"
	"seaportal/models"
)

// missingName is the last entry of a ZIP that some files are not in.
const missingName = "FILES THAT ARE MISSING.txt"

// copied is how many bytes are read from S3 at a time.
const copied = 256 << 10

// Archive gives the delivery of a selection as a ZIP to whoever is signed in.
// Faults are those of Chosen, and Conflict while the unit has no location.
func (s *Service) Archive(ctx context.Context, by models.Actor, unit models.BusinessUnit, placementIDs []int64) (*Delivery, error) {
	if !unit.HasLocation() {
		return nil, fault.New(fault.Conflict, "Secure External Access was never enabled for this business unit.")
	}
	files, err := s.Chosen(ctx, unit, placementIDs)
	if err != nil {
		return nil, err
	}
	d := &Delivery{s: s, by: by, unit: unit}
	for i, file := range files {
		d.files = append(d.files, store.FileOfLink{Placement: file, Position: i + 1})
	}
	d.describe(true, unit.Slug)
	return d, nil
}

// WriteZIP sends all files as one ZIP, stored and not compressed, folders kept,
// with nothing but a few buffers in memory. A file that is gone when its turn
// comes is left out, and the last entry says so. When one breaks off in the
// middle the error ends the whole ZIP, whose table of contents is then missing:
// no program takes it for complete. alive is asked before each file and may end
// the ZIP too.
func (d *Delivery) WriteZIP(ctx context.Context, to io.Writer, alive func() error) error {
	out, names := zip.NewWriter(to), namesIn(d.placements())
	buffer, left := make([]byte, copied), map[int64]bool{}
	var missing []string
	for i, file := range d.files {
		if err := alive(); err != nil {
			return err
		}
		d.entered = append(d.entered, i)
		there, err := d.addEntry(ctx, out, file, names[i], buffer)
		if err != nil {
			return err
		}
		if !there {
			left[file.ID], d.entered = true, d.entered[:len(d.entered)-1]
			missing = append(missing, names[i])
		}
	}
	if len(missing) > 0 {
		if err := addMissing(out, missing); err != nil {
			return err
		}
	}
	if err := d.Finish(ctx, left); err != nil {
		return err
	}
	return out.Close()
}

// addEntry adds one file. It tells false of one that is not there at all.
func (d *Delivery) addEntry(ctx context.Context, out *zip.Writer, file store.FileOfLink, name string, buffer []byte) (bool, error) {
	content := d.content(ctx, file.SEAKey, file.Size)
	defer func() { _ = content.Close() }() // it was read only
	err := content.Open()
	if IsGone(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("add %q to a ZIP: %w", file.Key, err)
	}
	entry, err := out.CreateHeader(header(name, file.PlacedAt))
	if err != nil {
		return false, fmt.Errorf("add %q to a ZIP: %w", file.Key, err)
	}
	n, err := io.CopyBuffer(struct{ io.Writer }{entry}, struct{ io.Reader }{content}, buffer)
	if err == nil && n != file.Size {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return false, fmt.Errorf("add %q to a ZIP: %w", file.Key, err)
	}
	return true, nil
}

// header is that of a stored entry: what is placed is mostly compressed
// already, and a slow portal would be worse than a large file.
func header(name string, modified *time.Time) *zip.FileHeader {
	h := &zip.FileHeader{Name: name, Method: zip.Store}
	if modified != nil {
		h.Modified = modified.UTC()
	}
	h.SetMode(0o644)
	return h
}

func addMissing(out *zip.Writer, names []string) error {
	var text bytes.Buffer
	text.WriteString("These files were deleted while this ZIP was made. They are not in it:\r\n\r\n")
	text.WriteString(strings.Join(names, "\r\n") + "\r\n")
	entry, err := out.CreateHeader(header(missingName, nil))
	if err == nil {
		_, err = entry.Write(text.Bytes())
	}
	if err != nil {
		return fmt.Errorf("say what is missing from a ZIP: %w", err)
	}
	return nil
}
