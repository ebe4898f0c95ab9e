package embedded

import (
	"context"
	"strings"

	"github.com/valyala/fasthttp"
	"github.com/versity/versitygw/auth"
	"github.com/versity/versitygw/s3api/utils"
)

// versitygw hands its HTTP request to the backend as the context. That is the
// only way to what its inputs leave out.

// targetConditions gives the conditions that a CopyObject request puts on its
// target, nil where it has none. versitygw itself reads those on the source.
func targetConditions(ctx context.Context) (ifMatch, ifNoneMatch *string) {
	request, ok := ctx.(*fasthttp.RequestCtx)
	if !ok {
		return nil, nil
	}
	return condition(request, "If-Match"), condition(request, "If-None-Match")
}

func condition(request *fasthttp.RequestCtx, header string) *string {
	value := string(request.Request.Header.Peek(header))
	if value == "" {
		return nil
	}
	value = strings.Trim(value, `"`)
	return &value
}

// caller gives the access key id and the address that a request came from,
// empty where there is none. Both are copies.
func caller(ctx context.Context) (accessKeyID, address string) {
	if account, ok := ctx.Value(string(utils.ContextKeyAccount)).(auth.Account); ok {
		accessKeyID = strings.Clone(account.Access)
	}
	if request, ok := ctx.(*fasthttp.RequestCtx); ok {
		address = request.RemoteIP().String()
	}
	return accessKeyID, address
}

// queryArgument gives an argument of the request's query string, empty where
// it has none. It is a copy.
func queryArgument(ctx context.Context, name string) string {
	request, ok := ctx.(*fasthttp.RequestCtx)
	if !ok {
		return ""
	}
	return string(request.QueryArgs().Peek(name))
}
