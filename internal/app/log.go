package app

import (
	"io"
	"log/slog"
	"os"
)

// Logger makes the process's log: text where a person reads it on a terminal,
// JSON lines everywhere else. Level is debug, info, warn or error; anything
// else is info.
func Logger(w io.Writer, level string) *slog.Logger {
	options := &slog.HandlerOptions{}
	var least slog.Level
	if least.UnmarshalText([]byte(level)) == nil {
		options.Level = least
	}
	if terminal(w) {
		return slog.New(slog.NewTextHandler(w, options))
	}
	return slog.New(slog.NewJSONHandler(w, options))
}

func terminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
