package handlers

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/labstack/echo/v4"
)

// TestAHalfWrittenFileIsNotTakenForAWholeOne fails before the first byte and
// after many.
func TestAHalfWrittenFileIsNotTakenForAWholeOne(t *testing.T) {
	t.Parallel()
	broken := errors.New("the database is gone")
	e := echo.New()
	e.HTTPErrorHandler = func(err error, c echo.Context) {
		if !c.Response().Committed && errors.Is(err, broken) {
			_ = c.NoContent(http.StatusTeapot)
		}
	}
	e.GET("/:bytes", func(c echo.Context) error {
		return attach(c, "text/csv", "a.csv", func(w io.Writer) error {
			for range len(c.Param("bytes")) - 1 {
				if _, err := w.Write(bytes.Repeat([]byte("x"), 1<<16)); err != nil {
					return err
				}
			}
			return broken
		})
	})
	server := httptest.NewServer(e)
	defer server.Close()
	for path, status := range map[string]int{"/n": http.StatusTeapot, "/many": http.StatusOK} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_, err = io.Copy(io.Discard, answer.Body)
		_ = answer.Body.Close()
		if answer.StatusCode != status || (err == nil) != (status == http.StatusTeapot) {
			t.Errorf("%s answers %d and ends with %v", path, answer.StatusCode, err)
		}
		if status == http.StatusTeapot && answer.Header.Get("Content-Disposition") != "" {
			t.Error("a failure is offered as a file")
		}
	}
}
