package embedded

import (
	"bufio"
	"errors"
	"io"
	"os"
	"sync"

	"github.com/klauspost/readahead"

	"seaportal/internal/keys/envelope"
)

const (
	// aheadFrom is the length in bytes from which an answer is decrypted beside
	// its being sent: below, starting that costs more than it wins.
	aheadFrom = 1 << 20
	// pieceSize is how much is decrypted and sent at once, in bytes: whole segments,
	// and few system calls.
	pieceSize = 4 * envelope.Segment
	// ahead is how many pieces there are: one is sent while others are decrypted, so
	// that neither side waits whenever the other is a little late.
	ahead = 4
)

// plain is the content of an encrypted object on its way to a client. What was
// read of it is not written: a buffered writer reads what fits behind the header,
// and has the rest written.
type plain struct {
	file   *os.File
	piece  *[envelope.Segment]byte // from segments, until it is closed
	first  []byte                  // of what is left: the end of a segment, or a whole one; in piece
	rest   io.Reader               // what follows, segment by segment
	length int64                   // bytes
}

// segments and pieces are what plain is written by.
var (
	segments = sync.Pool{New: func() any { return new([envelope.Segment]byte) }}
	pieces   = sync.Pool{New: func() any { return new([pieceSize]byte) }}
)

// newPlain decrypts the first segment, so that damage there is an error and not
// an answer that breaks off. What follows begins where a segment does, and is
// decrypted straight into the pieces that are sent. Closing it closes the file.
func newPlain(file *os.File, key []byte, span span) (*plain, error) {
	rest, err := envelope.Decrypt(file, key, span.size, span.from, span.length)
	if err != nil {
		return nil, err
	}
	piece, _ := segments.Get().(*[envelope.Segment]byte)
	first := piece[:min(span.length, envelope.Segment-span.from%envelope.Segment)]
	if _, err := io.ReadFull(rest, first); err != nil {
		segments.Put(piece)
		if errors.Is(err, envelope.ErrDamaged) {
			err = damagedObject()
		}
		return nil, err
	}
	return &plain{file: file, piece: piece, first: first, rest: rest, length: span.length}, nil
}

// Read gives the next bytes.
func (p *plain) Read(into []byte) (int, error) {
	if len(p.first) == 0 {
		return p.rest.Read(into)
	}
	n := copy(into, p.first)
	p.first = p.first[n:]
	return n, nil
}

// WriteTo writes to the server's buffered connection in large pieces, which
// pass its small buffer by once that is empty.
func (p *plain) WriteTo(w io.Writer) (int64, error) {
	if buffered, ok := w.(*bufio.Writer); ok {
		if err := buffered.Flush(); err != nil {
			return 0, err
		}
	}
	sent, err := w.Write(p.first)
	if err != nil {
		return int64(sent), err
	}
	var n int64
	if p.length >= aheadFrom {
		n, err = p.writeAhead(w)
	} else {
		n, err = io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{p.rest}, p.piece[:]) // the first is gone
	}
	return int64(sent) + n, err
}

// writeAhead writes the rest: it decrypts on one processor what another one sends.
func (p *plain) writeAhead(w io.Writer) (n int64, err error) {
	buffers := make([][]byte, ahead)
	for i := range buffers {
		piece, _ := pieces.Get().(*[pieceSize]byte)
		defer pieces.Put(piece)
		buffers[i] = piece[:]
	}
	content, err := readahead.NewReaderBuffer(p.rest, buffers)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, content.Close()) }() // nobody reads any more when the pieces go back
	return io.Copy(w, content)
}

// Close closes the file. Nothing may be read or written after it.
func (p *plain) Close() error {
	if p.piece != nil {
		segments.Put(p.piece)
		p.piece, p.first = nil, nil
	}
	return p.file.Close()
}
