package embedded

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/versity/versitygw/backend/meta"
)

// What named answers is what asking for each attribute answers.
func TestNamedAnswersAsTheFileSystemDoes(t *testing.T) {
	t.Parallel()
	dir, n := t.TempDir(), newNamed()
	open := func(name string) *os.File {
		t.Helper()
		file, err := os.OpenFile(filepath.Join(dir, name), os.O_RDWR|os.O_CREATE, fileMode)
		if err != nil {
			t.Fatal(err)
		}
		return file
	}
	wants := func(file *os.File, attribute, want string) {
		t.Helper()
		got, err := n.RetrieveAttribute(file, dir, filepath.Base(file.Name()), attribute)
		if string(got) != want || errors.Is(err, meta.ErrNoSuchKey) != (want == "") {
			t.Errorf("%s of %s is %q, %v; want %q", attribute, filepath.Base(file.Name()), got, err, want)
		}
	}
	one := open("one")
	wants(one, "type", "")
	if err := n.StoreAttribute(one, dir, "one", "content-type", []byte("audio/wav")); err != nil {
		t.Skip("no extended attributes here:", err)
	}
	wants(one, "content-type", "audio/wav")
	wants(one, "type", "") // the end of a name is not the name
	wants(one, "content", "")
	if err := one.Close(); err != nil {
		t.Fatal(err)
	}
	two := open("two") // has the descriptor of the one before
	wants(two, "content-type", "")
	if err := n.StoreAttribute(nil, dir, "two", "etag", []byte("x")); err != nil {
		t.Fatal(err)
	}
	again := open("two")
	wants(again, "etag", "x")
	if names, err := n.ListAttributes(dir, "two"); err != nil || !slices.Equal(names, []string{"etag"}) {
		t.Errorf("two has %q, %v", names, err)
	}
	if names, err := n.ListAttributes(dir, "none"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("what is not there has %q, %v", names, err)
	}
	if err := errors.Join(two.Close(), again.Close()); err != nil {
		t.Fatal(err)
	}
}

// A file with more names than there is room for is asked for each.
func TestNamedAsksWhereNamesAreMany(t *testing.T) {
	t.Parallel()
	dir, n := t.TempDir(), newNamed()
	file, err := os.Create(filepath.Join(dir, "many"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	names := make([]string, 40)
	for i := range names {
		names[i] = string(rune('a'+i%26)) + "-quite-a-long-name-for-an-attribute-" + string(rune('a'+i/26))
		if err := n.StoreAttribute(file, dir, "many", names[i], []byte{byte(i)}); err != nil {
			t.Skip("not so many extended attributes here:", err)
		}
	}
	for i, name := range names {
		if got, err := n.RetrieveAttribute(file, dir, "many", name); err != nil || len(got) != 1 || got[0] != byte(i) {
			t.Errorf("%s is %v, %v", name, got, err)
		}
	}
	listed, err := n.ListAttributes(dir, "many")
	slices.Sort(listed)
	slices.Sort(names)
	if err != nil || !slices.Equal(listed, names) {
		t.Errorf("it has %q, %v; want %q", listed, err, names)
	}
	if _, err := n.RetrieveAttribute(file, dir, "many", "none"); !errors.Is(err, meta.ErrNoSuchKey) {
		t.Errorf("one that is not there: %v", err)
	}
}
