// Package static owns the files that browsers fetch beside the pages: style, script, font, icon and vendored parts. All of
// them are in the binary. It refuses to serve anything that could change under its address: every address carries one hash
// of the whole tree, so answers are immutable and a new release is a new address.
package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"path"
	"slices"
	"strings"
)

//go:embed css js img vendor
var tree embed.FS

// Sheets are the style files in the order in which they are joined. Layers decide what wins, not this order; it is the order
// for reading.
var Sheets = []string{
	"css/layers.css",
	"css/tokens.css",
	"css/base.css",
	"css/layout.css",
	"css/ui-controls.css",
	"css/ui-forms.css",
	"css/ui-lists.css",
	"css/ui-chart.css",
	"css/ui-text.css",
	"css/screens.css",
}

// bundle is the name under which the joined style is served.
const bundle = "app.css"

type asset struct {
	kind    string // of the content, for the Content-Type header
	plain   []byte
	gzipped []byte // nil where compressing gains nothing
}

// assets and hash are settled when the program starts; the embedded tree cannot fail to be read but by a broken build,
// which Check tells.
var assets, hash, readErr = load(tree)

// Check tells whether the embedded files could be read. The program asks once at start.
func Check() error { return readErr }

// URL is the address of a file: URL("app.css"), URL("js/app.js"). An unknown name gives an address that answers 404.
func URL(name string) string { return "/static/" + hash + "/" + name }

func load(files fs.FS) (map[string]asset, string, error) {
	all := map[string]asset{}
	sum := sha256.New()
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		one := sha256.Sum256(body)
		sum.Write(append([]byte(name+"\x00"), one[:]...))
		if !strings.HasSuffix(name, ".css") {
			all[name], err = pack(name, body)
		}
		return err
	})
	if err != nil {
		return nil, "", err
	}
	var style bytes.Buffer
	for _, name := range Sheets {
		body, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, "", err
		}
		style.Write(body)
	}
	all[bundle], err = pack(bundle, style.Bytes())
	return all, hex.EncodeToString(sum.Sum(nil))[:12], err
}

func pack(name string, body []byte) (asset, error) {
	a := asset{kind: contentType(name), plain: body}
	if slices.Contains([]string{".woff2", ".png"}, path.Ext(name)) {
		return a, nil
	}
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return a, err
	}
	if _, err := w.Write(body); err != nil {
		return a, err
	}
	if err := w.Close(); err != nil {
		return a, err
	}
	a.gzipped = b.Bytes()
	return a, nil
}

// contentType does not ask the machine's own table, so that every installation answers the same.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".woff2":
		return "font/woff2"
	case ".png":
		return "image/png"
	case ".md", ".txt", "":
		return "text/plain; charset=utf-8"
	}
	return "application/octet-stream"
}
