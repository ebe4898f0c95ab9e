package embedded

import (
	"bytes"
	"net/http"
	"strings"
	"time"

	"github.com/gofiber/fiber/v3"
	"github.com/versity/versitygw/auth"
	"github.com/versity/versitygw/s3api/utils"
)

// HeaderOwn marks the requests of whoever runs the server that are nobody's
// use of a key, such as the proof that a new key works. Its value is
// Config.OwnMark.
const HeaderOwn = "X-Seaportal-Own"

// callers stands before versitygw, behind front, and counts what keys do from
// which address.
type callers struct {
	mark string
	ours func(accessKeyID string) bool // whose requests count for nothing
	seen *keyAddresses
	now  func() time.Time
}

// handle lets the request through and looks at what became of it.
func (c *callers) handle(ctx fiber.Ctx) error {
	err := ctx.Next()
	c.count(ctx, err)
	return err
}

// refusedByPolicy is what versitygw answers to a request that was signed well
// but is not allowed.
var refusedByPolicy = []byte("<Code>AccessDenied</Code>")

// count notes a request whose signature was right. versitygw names the account
// before it has verified the signature, so the answer has to tell: what was
// answered or not found was signed well, and of the refused what says
// AccessDenied. An answer to HEAD says nothing, so a refused HEAD is not
// counted.
func (c *callers) count(ctx fiber.Ctx, err error) {
	account, ok := utils.ContextKeyAccount.Get(ctx).(auth.Account)
	if err != nil || !ok || account.Access == "" || c.ours(account.Access) {
		return
	}
	if c.mark != "" && ctx.Get(HeaderOwn) == c.mark {
		return
	}
	status, refused := ctx.Response().StatusCode(), false
	switch {
	case status < http.StatusBadRequest, status == http.StatusNotFound, status == http.StatusPreconditionFailed,
		status == http.StatusRequestedRangeNotSatisfiable:
	case status == http.StatusForbidden && !ctx.Response().IsBodyStream() && bytes.Contains(ctx.Response().Body(), refusedByPolicy):
		refused = true
	default:
		return
	}
	c.seen.record(strings.Clone(account.Access), strings.Clone(ctx.IP()), c.now(), refused)
}
