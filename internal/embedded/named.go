package embedded

import (
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"weak"

	"github.com/versity/versitygw/backend/meta"
	"golang.org/x/sys/unix"
)

const (
	// namesSize is the room for the names of a file's attributes, in bytes. A file
	// with more is asked for each of them.
	namesSize = 1 << 10
	// namesKept is how many open files' names are kept: more than are read at once,
	// as a rule. Those of two files in one place take turns.
	namesKept = 256
	// userSpace begins the names of attributes that are not the system's.
	userSpace = "user."
)

// named knows which extended attributes an open file has: one question answers
// for the many that a GET asks for and an object seldom has. Only the names are
// kept, and only as long as the same file is open.
type named struct {
	meta.XattrMeta
	kept *[namesKept]atomic.Pointer[attributeNames]
}

// attributeNames are the names of the attributes of a file, each after its name
// space and before a zero byte.
type attributeNames struct {
	file weak.Pointer[os.File] // its descriptor may be another's by now
	text string
}

func newNamed() named { return named{kept: new([namesKept]atomic.Pointer[attributeNames])} }

// RetrieveAttribute gives an attribute of a file or of what stands at a path.
func (n named) RetrieveAttribute(file *os.File, bucket, object, attribute string) ([]byte, error) {
	if file != nil && n.lacks(file, attribute) {
		return nil, meta.ErrNoSuchKey
	}
	return n.XattrMeta.RetrieveAttribute(file, bucket, object, attribute)
}

// StoreAttribute stores an attribute.
func (n named) StoreAttribute(file *os.File, bucket, object, attribute string, value []byte) error {
	if file != nil {
		defer n.of(file).Store(nil)
	}
	return n.XattrMeta.StoreAttribute(file, bucket, object, attribute, value)
}

func (n named) of(file *os.File) *atomic.Pointer[attributeNames] { return &n.kept[file.Fd()%namesKept] }

// lacks tells whether an open file is known not to have an attribute.
func (n named) lacks(file *os.File, attribute string) bool {
	place := n.of(file)
	names := place.Load()
	if names == nil || names.file.Value() != file {
		var text [namesSize]byte
		size, err := unix.Flistxattr(int(file.Fd()), text[:])
		if err != nil {
			return false
		}
		names = &attributeNames{file: weak.Make(file), text: string(text[:size])}
		place.Store(names)
	}
	return !names.include(attribute)
}

func (a *attributeNames) include(attribute string) bool {
	for name := range inUserSpace(a.text) {
		if name == attribute {
			return true
		}
	}
	return false
}

// ListAttributes names the attributes of what stands at a path. One question
// suffices, unless they are many.
func (n named) ListAttributes(bucket, object string) ([]string, error) {
	var text [namesSize]byte
	size, err := unix.Listxattr(filepath.Join(bucket, object), text[:])
	if err != nil {
		return n.XattrMeta.ListAttributes(bucket, object) // it knows which error to tell
	}
	return slices.Collect(inUserSpace(string(text[:size]))), nil
}

// inUserSpace gives those names that are not the system's, without their name
// space.
func inUserSpace(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for name := range strings.SplitSeq(text, "\x00") {
			if short, ok := strings.CutPrefix(name, userSpace); ok && !yield(short) {
				return
			}
		}
	}
}
