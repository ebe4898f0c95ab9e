package embedded

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"

	"github.com/gofiber/fiber/v3"
	"github.com/valyala/fasthttp"
	"github.com/versity/versitygw/s3api"

	"seaportal/internal/proxy"
)

// writeBuffer is the room for an answer's header and the begin of its content, in
// bytes: what fits leaves in one system call and, as a rule, one packet. Each
// connection in use has one.
const writeBuffer = 8 << 10

// front gets hold of versitygw's HTTP server, so that it can serve a listener
// of ours: versitygw itself opens listeners by their address only, with
// certificates from files only, and does not tell which port it got. So it
// listens on a private socket; the first request there hands the server over.
type front struct {
	listening chan struct{} // closed once the private socket is there
	handed    chan *fasthttp.Server
	proxies   proxy.Trusted
}

func newFront(proxies proxy.Trusted) *front {
	return &front{listening: make(chan struct{}), handed: make(chan *fasthttp.Server, 1), proxies: proxies}
}

func (f *front) options() []s3api.Option {
	return []s3api.Option{
		s3api.WithOnListen(func() { close(f.listening) }),
		s3api.WithMiddleware("/", f.receive),
	}
}

// receive is the first to see a request. Those that come by the private socket
// come from this package: nobody else may open it.
func (f *front) receive(c fiber.Ctx) error {
	request := c.RequestCtx()
	if _, private := request.LocalAddr().(*net.UnixAddr); private {
		server := c.App().Server()
		server.ErrorHandler = unlessGone(server.ErrorHandler)
		server.WriteBufferSize = writeBuffer
		select {
		case f.handed <- server:
		default:
		}
		return c.SendStatus(http.StatusNoContent)
	}
	if len(f.proxies) > 0 {
		f.identify(request)
	}
	return c.Next()
}

// unlessGone leaves out the errors of clients that are gone before they asked
// for anything: a TLS handshake that failed or was broken off, as port scanners
// and probes do all day, and a connection that was reset. Nobody is there to
// answer, and versitygw would print each as an internal error.
func unlessGone(next func(*fasthttp.RequestCtx, error)) func(*fasthttp.RequestCtx, error) {
	return func(request *fasthttp.RequestCtx, err error) {
		var reset net.Error
		state := request.TLSConnectionState()
		if state != nil && !state.HandshakeComplete || errors.As(err, &reset) {
			request.SetStatusCode(http.StatusBadRequest)
			return
		}
		next(request, err)
	}
}

// identify makes the request come from the client that a trusted proxy names.
// What the request before it on the same connection was given is forgotten
// first.
func (f *front) identify(request *fasthttp.RequestCtx) {
	request.SetRemoteAddr(nil)
	peer, ok := request.RemoteAddr().(*net.TCPAddr)
	if !ok {
		return
	}
	var headers []string
	for _, value := range request.Request.Header.PeekAll("X-Forwarded-For") {
		headers = append(headers, string(value))
	}
	from := peer.AddrPort()
	if client := f.proxies.Client(from.Addr(), headers...); client != from.Addr().Unmap() {
		request.SetRemoteAddr(net.TCPAddrFromAddrPort(netip.AddrPortFrom(client, 0)))
	}
}

// server asks for versitygw's HTTP server by the private socket.
func (f *front) server(ctx context.Context, socket string) (*fasthttp.Server, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "unix", socket)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }() // nothing was written that matters
	if deadline, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(deadline); err != nil {
			return nil, err
		}
	}
	ask, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://s3/", nil)
	if err != nil {
		return nil, err
	}
	ask.Close = true
	if err := ask.Write(conn); err != nil {
		return nil, err
	}
	answer, err := http.ReadResponse(bufio.NewReader(conn), ask)
	if err != nil {
		return nil, err
	}
	if err := answer.Body.Close(); err != nil {
		return nil, err
	}
	select {
	case server := <-f.handed:
		return server, nil
	default:
		return nil, fmt.Errorf("it answers %s and hands over nothing", answer.Status)
	}
}

// closed leaves out that a listener was closed: somebody stopped it.
func closed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}
