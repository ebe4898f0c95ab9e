// Package envelope is the format of an encrypted object: DARE 2.0 of
// github.com/minio/sio with AES-256-GCM, segments of 64 KiB that each carry a
// header and a tag. A segment is bound to its place in the stream and the last
// one is marked, so that what was changed, moved, cut off or put together
// anew is refused, segment by segment, before a byte of it is given out. A
// reader may begin anywhere.
//
// It knows nothing of who made the key. A key must serve one stream only, or
// few: DARE draws its nonce at random.
package envelope

import (
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/minio/sio"
)

// KeySize is the size of a key in bytes: AES-256.
const KeySize = 32

// Segment is how many bytes of content are encrypted together: all segments but
// the last have as many.
const Segment = 64 << 10

// overhead is how many bytes a segment has besides: 16 of header, 16 of tag.
const overhead = 32

// ErrDamaged says that the bytes are not those that were encrypted with this
// key: they were changed, cut off, or belong to something else.
var ErrDamaged = errors.New("the encrypted bytes are damaged")

func config(key []byte) sio.Config {
	return sio.Config{MinVersion: sio.Version20, MaxVersion: sio.Version20, CipherSuites: []byte{sio.AES_256_GCM}, Key: key}
}

// Encrypt gives the encrypted bytes of what content gives.
func Encrypt(content io.Reader, key []byte) (io.Reader, error) {
	encrypted, err := sio.EncryptReader(content, config(key))
	if err != nil {
		return nil, fmt.Errorf("encrypt: %w", err)
	}
	return encrypted, nil
}

// Size is how many bytes size bytes of content become. Nothing stays nothing.
func Size(size int64) int64 {
	segments := size / Segment
	if size%Segment > 0 {
		segments++
	}
	return size + segments*overhead
}

// ContentSize is how many bytes of content encrypted bytes hold. No stream is
// of a size for which it returns ErrDamaged.
func ContentSize(encrypted int64) (int64, error) {
	whole, rest := encrypted/(Segment+overhead), encrypted%(Segment+overhead)
	if encrypted < 0 || rest > 0 && rest <= overhead {
		return 0, ErrDamaged
	}
	return whole*Segment + max(rest-overhead, 0), nil
}

// Decrypt gives length bytes from an offset on of a content of size bytes. It
// reads whole segments from encrypted, and none that it does not need; that
// nothing follows Size(size) bytes is for the caller to know. Read fails with
// ErrDamaged.
func Decrypt(encrypted io.ReaderAt, key []byte, size, offset, length int64) (io.Reader, error) {
	first := offset / Segment
	if first > math.MaxUint32 {
		return nil, fmt.Errorf("decrypt from segment %d: %w", first, ErrDamaged)
	}
	cfg := config(key)
	cfg.SequenceNumber = uint32(first) //nolint:gosec // just checked
	begin := first * (Segment + overhead)
	from := io.NewSectionReader(encrypted, begin, Size(size)-begin)
	content, err := sio.DecryptReader(from, cfg)
	if err != nil {
		return nil, fmt.Errorf("decrypt: %w", err)
	}
	return &reader{from: content, skip: offset % Segment, left: length, last: length > 0 && offset+length == size}, nil
}

// reader passes over the first bytes of a segment, and ends where it was told.
type reader struct {
	from io.Reader
	skip int64
	left int64
	last bool // the content ends there too
}

func (r *reader) Read(p []byte) (int, error) {
	if r.left == 0 {
		return 0, r.end()
	}
	if r.skip > 0 {
		if _, err := io.CopyN(io.Discard, r.from, r.skip); err != nil {
			return 0, damaged(err)
		}
		r.skip = 0
	}
	if int64(len(p)) > r.left {
		p = p[:r.left]
	}
	n, err := r.from.Read(p)
	r.left -= int64(n)
	if err != nil && (r.left > 0 || !errors.Is(err, io.EOF)) {
		return n, damaged(err)
	}
	return n, nil
}

// end looks behind the last byte: nothing may follow it, and the format gives
// its buffer back only then.
func (r *reader) end() error {
	if !r.last {
		return io.EOF
	}
	r.last = false
	if n, err := r.from.Read(make([]byte, 1)); n > 0 || !errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: more follows its last byte", ErrDamaged)
	}
	return io.EOF
}

// damaged tells what the format refused from what the disk did not give.
func damaged(err error) error {
	var refused sio.Error
	if errors.As(err, &refused) || errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return err
}
