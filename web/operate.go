package web

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// live answers as long as the process does.
func live(c echo.Context) error { return c.String(http.StatusOK, "live\n") }

// ready answers 200 when the portal can serve. Why it cannot is in the log of
// whoever knows, not in an answer that anyone may read.
func ready(check func(context.Context) error) echo.HandlerFunc {
	return func(c echo.Context) error {
		if check(c.Request().Context()) != nil {
			return c.String(http.StatusServiceUnavailable, "not ready\n")
		}
		return c.String(http.StatusOK, "ready\n")
	}
}

// metrics is what the portal measures of itself.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
}

func newMetrics(more []prometheus.Collector) metrics {
	m := metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "seaportal_http_request_duration_seconds", Help: "Time to answer requests, by route.",
			Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}, []string{"method", "route", "status"}),
	}
	all := append([]prometheus.Collector{
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), m.requests,
	}, more...)
	for _, c := range all {
		// A second collector of the same name is a slip in the wiring: its
		// metrics are missing, the portal is not.
		_ = m.registry.Register(c)
	}
	return m
}

// observe measures a request. Routes, not paths, are the label: their number
// is bounded.
func (m metrics) observe(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		begin := time.Now()
		if err := next(c); err != nil {
			c.Error(err)
		}
		route := c.Path()
		if route == "" {
			route = "none"
		}
		m.requests.WithLabelValues(method(c.Request().Method), route, strconv.Itoa(c.Response().Status)).
			Observe(time.Since(begin).Seconds())
		return nil
	}
}

// method bounds the label: a client may send any word.
func method(name string) string {
	switch name {
	case http.MethodGet, http.MethodHead, http.MethodPost:
		return name
	}
	return "other"
}

func (m metrics) show() echo.HandlerFunc {
	return echo.WrapHandler(promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}))
}
