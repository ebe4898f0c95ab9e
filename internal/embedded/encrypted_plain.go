package embedded

import (
	"bufio"
	"errors"
	"io"
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
	// ahead is how many pieces there are: one is sent while another is decrypted.
	ahead = 2
)

// plain is the content of an encrypted object on its way to a client. What was
// read of it is not written: a buffered writer reads what fits behind the header,
// and has the rest written.
type plain struct {
	io.Closer
	first  []byte    // of what is left: the end of a segment, or a whole one
	rest   io.Reader // what follows, segment by segment
	length int64     // bytes
}

// segments and pieces are what plain is written by.
var (
	segments = sync.Pool{New: func() any { return new([envelope.Segment]byte) }}
	pieces   = sync.Pool{New: func() any { return new([pieceSize]byte) }}
)

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
		piece, _ := segments.Get().(*[envelope.Segment]byte)
		defer segments.Put(piece)
		n, err = io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{p.rest}, piece[:])
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
