package envelope_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"seaportal/internal/keys/envelope"
)

var key = bytes.Repeat([]byte{7}, envelope.KeySize)

func encrypt(t interface{ Fatal(...any) }, content []byte) []byte {
	from, err := envelope.Encrypt(bytes.NewReader(content), key)
	if err != nil {
		t.Fatal(err)
	}
	all, err := io.ReadAll(from)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func decrypt(all, key []byte, offset, length int64) ([]byte, error) {
	size, err := envelope.ContentSize(int64(len(all)))
	if err != nil {
		size = length
	}
	content, err := envelope.Decrypt(bytes.NewReader(all), key, size, offset, length)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(content)
}

// Every range of any content comes back, and the sizes are those that are told.
func TestRanges(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		size := rapid.OneOf(rapid.IntRange(0, 300_000), rapid.SampledFrom([]int{0, 1, 65535, 65536, 65537, 131072})).Draw(rt, "size")
		content := []byte(strings.Repeat("0123456789abcdefg", size/17+1))[:size]
		all := encrypt(rt, content)
		if int64(len(all)) != envelope.Size(int64(size)) {
			rt.Fatalf("%d bytes become %d, not %d", size, len(all), envelope.Size(int64(size)))
		}
		if back, err := envelope.ContentSize(int64(len(all))); err != nil || back != int64(size) {
			rt.Fatalf("%d bytes hold %d, %v; want %d", len(all), back, err, size)
		}
		from := rapid.IntRange(0, size).Draw(rt, "from")
		length := rapid.IntRange(0, size-from).Draw(rt, "length")
		got, err := decrypt(all, key, int64(from), int64(length))
		if err != nil || !bytes.Equal(got, content[from:from+length]) {
			rt.Fatalf("%d from %d: %d bytes, %v", length, from, len(got), err)
		}
	})
}

// No change of any byte, and no cut, gives a wrong byte.
func TestDamage(t *testing.T) {
	t.Parallel()
	content := []byte(strings.Repeat("0123456789abcdefg", 10_000))
	all := encrypt(t, content)
	rapid.Check(t, func(rt *rapid.T) {
		damaged := bytes.Clone(all)
		if at := rapid.IntRange(0, 2*len(all)).Draw(rt, "at"); at < len(all) {
			damaged[at] ^= 1 << rapid.IntRange(0, 7).Draw(rt, "bit")
		} else {
			damaged = damaged[:at-len(all)]
		}
		if bytes.Equal(damaged, all) {
			return
		}
		got, err := decrypt(damaged, key, 0, int64(len(content)))
		if !errors.Is(err, envelope.ErrDamaged) || !bytes.HasPrefix(content, got) {
			rt.Fatalf("%d bytes, %v", len(got), err)
		}
	})
}

func TestAnotherKeyOpensNothing(t *testing.T) {
	t.Parallel()
	all := encrypt(t, []byte("content"))
	if got, err := decrypt(all, bytes.Repeat([]byte{8}, envelope.KeySize), 0, 7); !errors.Is(err, envelope.ErrDamaged) || len(got) > 0 {
		t.Errorf("%q, %v", got, err)
	}
}

func TestSizesOfNoStream(t *testing.T) {
	t.Parallel()
	for _, size := range []int64{-1, 1, 32, 65568 + 32} {
		if got, err := envelope.ContentSize(size); !errors.Is(err, envelope.ErrDamaged) {
			t.Errorf("%d bytes hold %d, %v", size, got, err)
		}
	}
}

func BenchmarkEncrypt(b *testing.B) {
	content := make([]byte, 64<<20)
	measure(b, int64(len(content)), func() (io.Reader, error) { return envelope.Encrypt(bytes.NewReader(content), key) })
}

func BenchmarkDecrypt(b *testing.B) {
	const size = 64 << 20
	all := encrypt(b, make([]byte, size))
	measure(b, size, func() (io.Reader, error) { return envelope.Decrypt(bytes.NewReader(all), key, size, 0, size) })
}

// measure reads what open gives, size bytes or more, again and again.
func measure(b *testing.B, size int64, open func() (io.Reader, error)) {
	b.Helper()
	b.SetBytes(size)
	for b.Loop() {
		from, err := open()
		if err != nil {
			b.Fatal(err)
		}
		if n, err := io.Copy(io.Discard, from); err != nil || n < size {
			b.Fatal(n, err)
		}
	}
}
