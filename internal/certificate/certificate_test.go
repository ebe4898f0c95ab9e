package certificate

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"testing"
	"time"
)

// run looks after the certificates until the test ends. The test's folder is
// removed after that: whoever looked after its files meanwhile would make them
// anew.
func run(t *testing.T, s *Source) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.Run(t.Context())
	}()
	t.Cleanup(func() { <-done })
}

// shake shakes hands over a connection.
func shake(t *testing.T, server, client *tls.Config) error {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	done := make(chan struct{})
	go func() {
		defer close(done)
		if conn, err := listener.Accept(); err == nil {
			_ = tls.Server(conn, server).HandshakeContext(t.Context()) // the client tells how it went
			_ = conn.Close()
		}
	}()
	conn, err := (&tls.Dialer{Config: client}).DialContext(t.Context(), "tcp", listener.Addr().String())
	<-done
	if err != nil {
		return err
	}
	return conn.Close()
}

func TestOldProtocolsAndWeakSuitesAreRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	pair := makePair(t, "sea.example", time.Hour)
	pair.put(t, dir)
	s := watch(t, dir)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pair.cert)
	for name, test := range map[string]struct {
		client *tls.Config
		well   bool
	}{
		"TLS 1.1":          {&tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, false},
		"TLS 1.2":          {&tls.Config{MinVersion: tls.VersionTLS12, MaxVersion: tls.VersionTLS12}, true},
		"TLS 1.3":          {&tls.Config{MinVersion: tls.VersionTLS13}, true},
		"TLS 1.2 with CBC": {&tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA}}, false},
	} {
		test.client.RootCAs, test.client.ServerName = roots, "sea.example"
		if err := shake(t, s.Server("http/1.1"), test.client); (err == nil) != test.well {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestThePortalsOwnClientsDependOnNoCertificate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	makePair(t, "old.example", -time.Hour).put(t, dir)
	s, other := watch(t, dir), watch(t, dir)
	if err := shake(t, s.Server("http/1.1"), s.Client()); err != nil {
		t.Errorf("with an expired certificate: %v", err)
	}
	makePair(t, "new.example", time.Hour).put(t, dir)
	s.look(t, 2)
	if err := shake(t, s.Server("http/1.1"), s.Client()); err != nil {
		t.Errorf("after a renewal: %v", err)
	}
	if err := shake(t, other.Server("http/1.1"), s.Client()); err == nil {
		t.Error("another process is taken for this one")
	}
}
