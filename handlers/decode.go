package handlers

import (
	"strconv"
	"time"

	"github.com/labstack/echo/v4"
)

// id reads the number that ends or follows a noun in the route. What is no
// number names nothing.
func id(c echo.Context) (int64, error) {
	n, ok := number(c.Param("id"))
	if !ok {
		return 0, unknown()
	}
	return n, nil
}

func number(text string) (int64, bool) {
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil && n > 0
}

// ids reads a field that may be repeated. A value that is no number names
// nothing, as an unknown number does.
func ids(values []string) ([]int64, error) {
	all := make([]int64, 0, len(values))
	for _, text := range values {
		n, ok := number(text)
		if !ok {
			return nil, unknown()
		}
		all = append(all, n)
	}
	return all, nil
}

// when gives the time, or the zero time for none: how views take it.
func when(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

// again says beside a field whose text is never sent back that what was typed is
// gone, where a form comes back for whatever reason.
func again(problems map[string]string, field, what, typed string) {
	switch {
	case typed == "":
	case problems[field] == "":
		problems[field] = "Enter the " + what + " again: it is not kept."
	default:
		problems[field] += " What was typed is not kept."
	}
}
