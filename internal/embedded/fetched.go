package embedded

import (
	"bufio"
	"context"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// Fetch is one GET of an object that was answered with bytes, told once the last
// of them was handed to the network or the client was gone.
type Fetch struct {
	Bucket, Key string
	Size        int64 // bytes of the whole object
	From        int64 // the first byte that was asked for, from 0
	Length      int64 // how many bytes were asked for
	// Sent is how many of them were handed to the network. The client has not
	// necessarily received the last ones.
	Sent        int64
	AccessKeyID string // whose key signed the request
	SourceIP    string
	Counterfoil string // of a presigned URL that the operator's key signed with one
	Begun       time.Time
	Ended       time.Time
}

// GetObject gives an object's bytes, and tells of it when they are gone. What
// the operator's key signed is told only if it carries a counterfoil: the portal
// itself reads with that key all the time.
func (w *watched) GetObject(ctx context.Context, in *s3.GetObjectInput) (*s3.GetObjectOutput, error) {
	if w.fetched == nil {
		return w.layer.GetObject(ctx, in)
	}
	begun := w.now()
	out, err := w.layer.GetObject(ctx, in)
	if err != nil || out.Body == nil {
		return out, err
	}
	fetch := Fetch{Begun: begun}
	fetch.AccessKeyID, fetch.SourceIP = caller(ctx)
	if w.ours(fetch.AccessKeyID) { // nobody else's signature makes a counterfoil true
		if fetch.Counterfoil = queryArgument(ctx, w.counterfoil); fetch.Counterfoil == "" {
			return out, nil
		}
	}
	fetch.Bucket, fetch.Key = strings.Clone(*in.Bucket), w.shownKey(*in.Bucket, *in.Key)
	fetch.Length = aws.ToInt64(out.ContentLength)
	fetch.From, fetch.Size = rangeOf(aws.ToString(out.ContentRange), fetch.Length)
	out.Body = &sent{body: out.Body, fetch: fetch, now: w.now, tell: w.fetched}
	return out, nil
}

// rangeOf reads a Content-Range header such as "bytes 0-99/1240", and gives the
// first byte and the size of the whole; without one all of length is meant.
func rangeOf(header string, length int64) (from, size int64) {
	span, whole, ok := strings.Cut(strings.TrimPrefix(header, "bytes "), "/")
	if !ok {
		return 0, length
	}
	first, _, _ := strings.Cut(span, "-")
	from, errFrom := strconv.ParseInt(first, 10, 64)
	size, errSize := strconv.ParseInt(whole, 10, 64)
	if errFrom != nil || errSize != nil {
		return 0, length
	}
	return from, size
}

// sent is an object's bytes on their way to the client: it counts them, and
// tells when they are closed. Files still go by sendfile, which takes no detour
// through the process: see WriteTo.
type sent struct {
	body  io.ReadCloser
	fetch Fetch
	now   func() time.Time
	tell  func(Fetch) // must return at once
}

// Read reads and counts.
func (s *sent) Read(p []byte) (int, error) {
	n, err := s.body.Read(p)
	s.fetch.Sent += int64(n)
	return n, err
}

// WriteTo writes to the server's buffered connection, and counts.
func (s *sent) WriteTo(w io.Writer) (int64, error) {
	buffered, ok := w.(*bufio.Writer)
	if !ok {
		return io.Copy(w, struct{ io.Reader }{s})
	}
	n, err := s.write(buffered)
	s.fetch.Sent += n
	return n, err
}

// write sends what is small together with the answer's header. What is larger
// passes the buffer by, which must be empty then: the kernel copies a file.
func (s *sent) write(to *bufio.Writer) (int64, error) {
	small := s.fetch.Length <= writeBuffer
	switch body := s.body.(type) {
	case *plain:
		if !small {
			return body.WriteTo(to)
		}
	case *os.File:
		if small {
			return to.ReadFrom(io.LimitReader(body, s.fetch.Length)) // which asks for nothing behind the end
		}
		if err := to.Flush(); err != nil {
			return 0, err
		}
	}
	return to.ReadFrom(s.body)
}

// Close closes the bytes and tells what became of them.
func (s *sent) Close() error {
	s.fetch.Ended = s.now()
	s.tell(s.fetch)
	return s.body.Close()
}
