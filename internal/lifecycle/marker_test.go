package lifecycle_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// answer200 is S3's answer with these headers and this body.
func answer200(r *http.Request, header http.Header, length int64, body string) *http.Response {
	return &http.Response{
		StatusCode: http.StatusOK, Request: r, ProtoMajor: 1, ProtoMinor: 1, ContentLength: length,
		Header: header, Body: io.NopCloser(bytes.NewReader([]byte(body))),
	}
}

// TestWhatIsNamedLikeAFolderAndHasBytesIsSomebodys shows two such objects, which
// S3 takes and the embedded server does not: one named like the location itself.
func TestWhatIsNamedLikeAFolderAndHasBytesIsSomebodys(t *testing.T) {
	t.Parallel()
	b := sqliteBench(t)
	list := fmt.Sprintf(`<ListBucketResult><Contents><Key>%[1]s</Key><Size>5</Size></Contents><Contents><Key>%[1]sempty/</Key><Size>0</Size></Contents>`+
		`<Contents><Key>%[1]sodd/</Key><Size>5</Size></Contents></ListBucketResult>`, *b.unit.SEAPrefix)
	var deleted []string
	e := b.engine(0, through(wire{before: func(r *http.Request) (*http.Response, error) {
		switch {
		case r.Method == http.MethodDelete:
			deleted = append(deleted, r.URL.Path)
		case r.Method == http.MethodHead && strings.HasSuffix(r.URL.Path, "/"):
			return answer200(r, http.Header{"Content-Length": {"5"}, "Etag": {`"1"`}}, 5, ""), nil
		case r.URL.Query().Get("list-type") == "2":
			return answer200(r, http.Header{"Content-Type": {"application/xml"}}, int64(len(list)), list), nil
		}
		return nil, nil
	}}))
	if err := e.ReconcileAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	page, err := e.Strangers(t.Context(), b.unit, "")
	if err != nil || len(page.Rows) != 1 || page.Rows[0].Key != "odd/" {
		t.Errorf("reported %+v, %v", page.Rows, err)
	}
	if len(deleted) != 0 {
		t.Errorf("deleted %q", deleted)
	}
}
