package manifest

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"time"
)

const (
	// formatName names the format and its version; docs/manifest.md describes it.
	formatName = "seaportal-manifest/1"
	// signatureType is what a signature's header says that it is of.
	signatureType = "seaportal-manifest+jws"
)

// head is the first line of a signed manifest.
type head struct {
	Format    string         `json:"format"`
	ID        string         `json:"id"`
	Unit      unitOf         `json:"business_unit"`
	Location  string         `json:"location"`
	Portal    string         `json:"portal,omitempty"`
	MadeAt    time.Time      `json:"made_at"`
	MadeBy    string         `json:"made_by"`
	Selection map[string]any `json:"selection"`
}

type unitOf struct {
	Slug string `json:"slug"`
	Name string `json:"name"`
}

// claim is what the signature signs: the SHA-256 of every byte before the
// signature's line, and how many they are.
type claim struct {
	SHA256 string `json:"sha256"`
	Length int64  `json:"length"`
}

// The document is one JSON object, laid out in lines: the head without its
// closing brace, the list of files with one on each line, the totals, and alone
// on the last line the signature. So it can be written and checked as a stream
// and read by any JSON reader.
const (
	filesBegin     = `,"files":[` + "\n"
	filesEnd       = "\n" + `],"totals":`
	totalsEnd      = ",\n"
	signatureBegin = `"signature":"`
	signatureEnd   = `"}` + "\n"
)

// digested counts and hashes what is written through it.
type digested struct {
	to     *bufio.Writer
	sum    hash.Hash
	length int64
}

func (d *digested) write(texts ...[]byte) error {
	for _, text := range texts {
		d.sum.Write(text) // never fails
		d.length += int64(len(text))
		if _, err := d.to.Write(text); err != nil {
			return fmt.Errorf("write manifest: %w", err)
		}
	}
	return nil
}

// writeJSON writes the signed list.
func (m *Manifest) writeJSON(ctx context.Context, w io.Writer) error {
	out := &digested{to: bufio.NewWriterSize(w, 64<<10), sum: sha256.New()}
	if err := m.writeHead(out); err != nil {
		return err
	}
	all, err := m.each(ctx, m.fileWriter(out))
	if err != nil {
		return err
	}
	totals, err := json.Marshal(all)
	if err != nil {
		return fmt.Errorf("encode totals: %w", err)
	}
	if err := out.write([]byte(filesEnd), totals, []byte(totalsEnd)); err != nil {
		return err
	}
	signature, claimed, err := m.sign(out)
	if err != nil {
		return err
	}
	// A list that the history does not know gets no signature.
	if err := m.record(ctx, all, map[string]any{"key_id": m.signer.id, "sha256": claimed.SHA256}); err != nil {
		return err
	}
	if _, err := out.to.WriteString(signatureBegin + signature + signatureEnd); err != nil {
		return fmt.Errorf("write manifest: %w", err)
	}
	return out.to.Flush()
}

func (m *Manifest) writeHead(out *digested) error {
	line, err := json.Marshal(head{
		Format: formatName, ID: m.id, Unit: unitOf{m.unit.Slug, text(m.unit.Name)}, Location: text(m.unit.FileLocation()),
		Portal: m.service.Portal, MadeAt: m.at, MadeBy: text(m.by.Name), Selection: m.selection(),
	})
	if err != nil {
		return fmt.Errorf("encode the head of a manifest: %w", err)
	}
	return out.write(line[:len(line)-1], []byte(filesBegin))
}

// fileWriter gives what writes one file after the other.
func (m *Manifest) fileWriter(out *digested) func(entry) error {
	separator := ""
	return func(e entry) error {
		line, err := json.Marshal(e)
		if err != nil {
			return fmt.Errorf("encode a file of a manifest: %w", err)
		}
		begin := []byte(separator)
		separator = ",\n"
		return out.write(begin, line)
	}
}

// sign signs what was written, as a compact JWS (RFC 7515).
func (m *Manifest) sign(out *digested) (string, claim, error) {
	claimed := claim{SHA256: hex.EncodeToString(out.sum.Sum(nil)), Length: out.length}
	payload, err := json.Marshal(claimed)
	if err != nil {
		return "", claimed, fmt.Errorf("encode what is signed: %w", err)
	}
	signed, err := m.signer.jose.Sign(payload)
	if err != nil {
		return "", claimed, fmt.Errorf("sign manifest: %w", err)
	}
	text, err := signed.CompactSerialize()
	if err != nil {
		return "", claimed, fmt.Errorf("write signature: %w", err)
	}
	return text, claimed, nil
}
