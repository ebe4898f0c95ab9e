package embedded

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/versity/versitygw/iamapi"
)

// squatter takes an address and answers there, as another server would.
func squatter(t *testing.T) string {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", loopback+":0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.NotFoundHandler(), ReadHeaderTimeout: time.Minute}
	t.Cleanup(func() { _ = server.Close() })
	go func() { _ = server.Serve(listener) }()
	return listener.Addr().String()
}

func serveOn(t *testing.T, free func(context.Context) (string, error)) (*iamServer, error) {
	t.Helper()
	users := newIAMStore(nil, nil, slog.New(slog.DiscardHandler))
	root := iamapi.RootCredentials{Access: "AKIAOPERATOR00000000", Secret: "operator-secret-that-is-long-enough-0000"}
	return serveIAM(t.Context(), users, root, free, filepath.Join(t.TempDir(), "s"))
}

func TestAPortThatIsTakenInBetweenIsNoReasonToFail(t *testing.T) {
	taken, asked := squatter(t), 0
	s, err := serveOn(t, func(ctx context.Context) (string, error) {
		asked++
		if asked < tries {
			return taken, nil
		}
		return freeLoopback(ctx)
	})
	if err != nil {
		t.Fatal(err)
	}
	if s.address == taken {
		t.Error("the other server's address is taken for ours")
	}
	if err := s.stop(); err != nil {
		t.Error(err)
	}
}

func TestAPortThatStaysTakenIsSaid(t *testing.T) {
	taken, asked := squatter(t), 0
	_, err := serveOn(t, func(context.Context) (string, error) { asked++; return taken, nil })
	if err == nil || !strings.Contains(err.Error(), "address already in use") || asked != tries {
		t.Errorf("after %d tries: %v", asked, err)
	}
}
