package handlers

import (
	"fmt"
	"io"
	"mime"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

// chunkTime is how long a client may take for one part of a file that is written
// while it is made. However large the whole is, it may take its time.
const chunkTime = time.Minute

// attach sends a file that is made while it is sent. What fails before the first
// byte is answered as any error; later the connection is cut, so that nobody
// takes a half for the whole.
func attach(c echo.Context, contentType, name string, write func(io.Writer) error) error {
	header := c.Response().Header()
	header.Set(echo.HeaderContentType, contentType)
	header.Set(echo.HeaderContentDisposition, mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	header.Set(echo.HeaderCacheControl, "no-store")
	if c.Request().Method == http.MethodHead {
		return c.NoContent(http.StatusOK)
	}
	control := http.NewResponseController(c.Response())
	err := write(patient{c.Response(), control})
	if err == nil {
		return nil
	}
	if !c.Response().Committed {
		for _, name := range []string{echo.HeaderContentType, echo.HeaderContentDisposition, echo.HeaderCacheControl} {
			header.Del(name)
		}
		return err
	}
	_ = control.SetWriteDeadline(time.Unix(1, 0)) // where that cannot be done the client has hung up
	return fmt.Errorf("%w: %w", http.ErrAbortHandler, err)
}

// patient prolongs the time to answer with each part.
type patient struct {
	to      io.Writer
	control *http.ResponseController
}

// Write writes a part.
func (p patient) Write(part []byte) (int, error) {
	if err := p.control.SetWriteDeadline(time.Now().Add(chunkTime)); err != nil {
		return 0, fmt.Errorf("prolong the answer: %w", err)
	}
	return p.to.Write(part)
}
