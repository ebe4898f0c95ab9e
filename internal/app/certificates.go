package app

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"

	"seaportal/internal/certificate"
	"seaportal/internal/config"
)

// openCertificates finds out what the listeners present; nothing without TLS.
func (a *App) openCertificates(context.Context) (err error) {
	options, log := a.cfg.TLS, a.opts.Log
	switch options.Way() {
	case config.Plain:
	case config.Files:
		a.certificates, err = certificate.Files(options.Cert, options.Key, log)
	case config.Auto:
		host, _ := os.Hostname() // a machine without a name is reached by others
		a.certificates, err = certificate.Local(options.Auto, certificate.Names{Needed: hostsOf(a.cfg), Host: host}, log)
	case config.ACME:
		a.certificates, err = certificate.ACME(certificate.Authority{
			Domains: options.ACME.Domains, Email: options.ACME.Email,
			Directory: options.ACME.Directory, DirectoryCA: options.ACME.DirectoryCA,
			CacheDir: filepath.Join(a.at.dir, "acme"),
		}, log)
	}
	return err
}

// watchCertificates renews and reloads them, once the listeners are there that
// an authority may ask.
func (a *App) watchCertificates(ctx context.Context) error {
	if a.certificates == nil {
		return nil
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	a.later(func(stop context.Context) error {
		cancel()
		select {
		case <-done:
		case <-stop.Done(): // an authority that does not answer is not waited for
		}
		return nil
	})
	go func() {
		defer close(done)
		a.certificates.Run(ctx)
	}()
	return a.listenChallenges(ctx)
}

// listenChallenges answers an authority by plain HTTP, where that was asked
// for.
func (a *App) listenChallenges(ctx context.Context) error {
	answers := a.certificates.Challenges()
	if answers == nil || a.cfg.TLS.ACME.HTTPListen == "" {
		return nil
	}
	listener, err := listenOn(ctx, "--acme-http-listen", a.cfg.TLS.ACME.HTTPListen)
	if err != nil {
		return err
	}
	s := &server{listener: listener, failed: make(chan error, 1)}
	s.http = &http.Server{
		Handler: answers, ReadHeaderTimeout: headerTime, ReadTimeout: readTime, WriteTimeout: readTime, MaxHeaderBytes: maxHeaders,
		ErrorLog: slog.NewLogLogger(a.opts.Log.Handler(), slog.LevelDebug),
	}
	a.later(s.stop)
	go s.serve()
	return nil
}

// ReloadCertificates makes the portal look for new certificates at once. It
// does nothing without TLS.
func (a *App) ReloadCertificates() {
	if a.certificates != nil {
		a.certificates.Reload()
	}
}

// serverTLS is how a listener of these protocols speaks TLS; nil: it does not.
func (a *App) serverTLS(protocols ...string) *tls.Config {
	if a.certificates == nil {
		return nil // what the listeners call nil too
	}
	return a.certificates.Server(protocols...)
}

// clientTLS is how the portal's own clients trust its listeners.
func (a *App) clientTLS() *tls.Config {
	if a.certificates == nil {
		return nil
	}
	return a.certificates.Client()
}

// authority is the certificate of the local authority that signs for the S3
// endpoint; empty where there is none. Behind a proxy that speaks TLS itself
// nobody would need it, but nothing tells the portal of that.
func (a *App) authority() string {
	if a.certificates == nil {
		return ""
	}
	return a.certificates.AuthorityPEM()
}

// hostsOf are the hosts by which the configuration says that the portal is
// reached.
func hostsOf(cfg config.Config) []string {
	var hosts []string
	for _, text := range []string{cfg.PublicURL, cfg.S3PublicURL} {
		if at, err := url.Parse(text); err == nil && at.Host != "" {
			hosts = append(hosts, at.Hostname())
		}
	}
	for _, address := range []string{cfg.Listen, cfg.S3Listen} {
		host, _, err := net.SplitHostPort(address)
		if ip := net.ParseIP(host); err == nil && host != "" && (ip == nil || !ip.IsUnspecified()) {
			hosts = append(hosts, host)
		}
	}
	return hosts
}
