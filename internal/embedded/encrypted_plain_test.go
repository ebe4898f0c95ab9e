package embedded

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"io"
	"os"
	"testing"

	"pgregory.net/rapid"

	"seaportal/internal/keys/envelope"
)

// Whatever is read of a content, and whatever is written of the rest, together
// they are the range that was asked for.
func TestPlainIsReadAndWritten(t *testing.T) {
	t.Parallel()
	key, content := make([]byte, envelope.KeySize), make([]byte, 2<<20+12_345)
	_, _ = rand.Read(content) // never fails
	encrypting, err := envelope.Encrypt(bytes.NewReader(content), key)
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.Create(t.TempDir() + "/object")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	if _, err := io.Copy(file, encrypting); err != nil {
		t.Fatal(err)
	}
	edges := rapid.SampledFrom([]int{0, 1, 4096, envelope.Segment - 1, envelope.Segment, envelope.Segment + 1, aheadFrom, len(content)})
	rapid.Check(t, func(rt *rapid.T) {
		from := min(rapid.OneOf(edges, rapid.IntRange(0, len(content))).Draw(rt, "from"), len(content))
		length := min(rapid.OneOf(edges, rapid.IntRange(0, len(content))).Draw(rt, "length"), len(content)-from)
		read := min(rapid.OneOf(edges, rapid.IntRange(0, length)).Draw(rt, "read"), length)
		span := span{from: int64(from), length: int64(length), size: int64(len(content))}
		opened, err := os.Open(file.Name())
		if err != nil {
			rt.Fatal(err)
		}
		p, err := newPlain(opened, key, span)
		if err != nil {
			rt.Fatal(err)
		}
		defer func() { _ = p.Close() }()
		got := make([]byte, read)
		if _, err := io.ReadFull(p, got); err != nil {
			rt.Fatal(err)
		}
		var wrote bytes.Buffer
		to := bufio.NewWriterSize(&wrote, writeBuffer)
		if _, err := to.Write([]byte("header")); err != nil {
			rt.Fatal(err)
		}
		n, err := p.WriteTo(to)
		if err == nil {
			err = to.Flush()
		}
		all := append(got, bytes.TrimPrefix(wrote.Bytes(), []byte("header"))...)
		if err != nil || int(n) != length-read || !bytes.Equal(all, content[from:from+length]) {
			rt.Fatalf("%d bytes from %d, %d of them read: %d written, %v", length, from, read, n, err)
		}
	})
}
