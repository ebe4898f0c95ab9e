package embedded

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"os"
	"regexp"
	"strings"
)

// versitygw prints: to stdout what it sets up, to stderr the errors behind its
// 500 answers, in colour. It looks the two files up in package os each time, so
// that is the only place to catch them.

var colour = regexp.MustCompile("\x1b\\[[0-9;]*m")

// divert sends every line that is printed to *stream to the log instead, until
// release is called. Who took hold of the file before, as log handlers do,
// keeps it. ctx only colours the records.
func divert(ctx context.Context, stream **os.File, log *slog.Logger, level slog.Level) (release func(), err error) {
	reader, writer, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("divert output of the embedded server: %w", err)
	}
	original := *stream
	*stream = writer
	drained, ctx := make(chan struct{}), context.WithoutCancel(ctx)
	go func() {
		defer close(drained)
		lines := bufio.NewReader(reader) // no limit on a line: who prints must never wait
		for ended := false; !ended; {
			line, err := lines.ReadString('\n')
			ended = err != nil
			if text := strings.TrimSpace(colour.ReplaceAllString(line, "")); text != "" {
				log.Log(ctx, level, "embedded server", "text", text)
			}
		}
		_ = reader.Close() // nothing is written to it any more
	}()
	return func() {
		*stream = original
		_ = writer.Close() // ends the reading
		<-drained
	}, nil
}
