package e2e

import (
	"context"
	"io"
	"net"
	"syscall"
)

// discardFrom is the size of a read from which on a discarding connection has the kernel throw away what arrived. net/http reads an answer's
// head through a smaller buffer, and hands larger reads of its body to the connection as they are.
const discardFrom = 1 << 20

// discarding is a connection of a client that takes as little of the machine as can be: a partner's takes nothing of the server's, being
// elsewhere, but here both share two processors, and who copies a GiB for nobody takes half of them. The length is counted and the content is
// not looked at, so it is for measuring only.
type discarding struct {
	*net.TCPConn
	raw syscall.RawConn
}

func dialDiscarding(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	tcp := conn.(*net.TCPConn) //nolint:errcheck // it is one for each network that HTTP uses
	raw, err := tcp.SyscallConn()
	return discarding{tcp, raw}, err
}

// Read throws away what it would have read where the buffer is large: MSG_TRUNC has that meaning for TCP on Linux, see tcp(7).
func (d discarding) Read(into []byte) (int, error) {
	if len(into) < discardFrom {
		return d.TCPConn.Read(into)
	}
	var length int
	var failed error
	err := d.raw.Read(func(fd uintptr) bool {
		length, _, failed = syscall.Recvfrom(int(fd), into, syscall.MSG_TRUNC)
		return failed != syscall.EAGAIN
	})
	switch {
	case err != nil:
		return 0, err
	case failed != nil:
		return 0, failed
	case length == 0:
		return 0, io.EOF
	}
	return length, nil
}
