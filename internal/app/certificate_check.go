package app

import (
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"seaportal/handlers"
	"seaportal/internal/certificate"
)

const day = 24 * time.Hour

// warnBefore is how long before its end a certificate is warned of. Those that
// the portal renews are new by then.
const warnBefore = 14 * day

// checkCertificates tell how each certificate is doing.
func (a *App) checkCertificates() []handlers.Check {
	if a.certificates == nil {
		return nil
	}
	var checks []handlers.Check
	for _, s := range a.certificates.Status() {
		checks = append(checks, checkCertificate(s, time.Now()))
	}
	return checks
}

func checkCertificate(s certificate.Status, now time.Time) handlers.Check {
	c := handlers.Check{Name: "Certificate", Well: true}
	left := s.NotAfter.Sub(now)
	switch {
	case s.NotAfter.IsZero():
		c.Value, c.Well = "none yet for "+s.Name, false
	case left <= 0:
		c.Value, c.Well = fmt.Sprintf("%s, issued by %s, ended on %s", s.Subject, s.Issuer, s.NotAfter.Format(time.DateOnly)), false
	default:
		c.Value = fmt.Sprintf("%s, issued by %s, %s left, until %s", s.Subject, s.Issuer, days(left), s.NotAfter.Format(time.DateOnly))
		c.Well = left >= warnBefore
	}
	c.Well = c.Well && s.Problem == ""
	switch {
	case c.Well:
	case s.Problem != "" && s.NotAfter.IsZero():
		c.Fix = "The last attempt failed: " + s.Problem + ". The portal tries again by itself."
	case s.Problem != "":
		c.Fix = "A newer one was not taken: " + s.Problem + ". The one above stays until that is mended."
	case s.NotAfter.IsZero():
		c.Fix = "The portal is asking the authority for it."
	case s.Renewed:
		c.Fix = "The portal renews it by itself and did not succeed so far. See the log."
	default:
		c.Fix = "Renew the files of --tls-cert and --tls-key: the portal takes the new ones over while it runs."
	}
	return c
}

func days(d time.Duration) string {
	if whole := int(d / day); whole != 1 {
		return fmt.Sprintf("%d days", whole)
	}
	return "1 day"
}

// certificateMetrics show what the System page shows.
type certificateMetrics struct{ source *certificate.Source }

var (
	certificateEnd = prometheus.NewDesc("seaportal_certificate_not_after_timestamp_seconds",
		"When the certificate that is presented ends; 0 while there is none.", []string{"name"}, nil)
	certificateTrouble = prometheus.NewDesc("seaportal_certificate_renewal_failing",
		"Whether a newer certificate could not be obtained or taken over.", []string{"name"}, nil)
)

// Describe names the metrics.
func (certificateMetrics) Describe(to chan<- *prometheus.Desc) {
	to <- certificateEnd
	to <- certificateTrouble
}

// Collect measures them.
func (m certificateMetrics) Collect(to chan<- prometheus.Metric) {
	for _, s := range m.source.Status() {
		end, trouble := 0.0, 0.0
		if !s.NotAfter.IsZero() {
			end = float64(s.NotAfter.Unix())
		}
		if s.Problem != "" {
			trouble = 1
		}
		to <- prometheus.MustNewConstMetric(certificateEnd, prometheus.GaugeValue, end, s.Name)
		to <- prometheus.MustNewConstMetric(certificateTrouble, prometheus.GaugeValue, trouble, s.Name)
	}
}

func (a *App) collectors() []prometheus.Collector {
	var all []prometheus.Collector
	if a.certificates != nil {
		all = append(all, certificateMetrics{a.certificates})
	}
	if a.news != nil {
		all = append(all, newsMetric(a.news))
	}
	return all
}
