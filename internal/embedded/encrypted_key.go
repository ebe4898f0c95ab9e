package embedded

import (
	"context"
	"errors"
	"net/http"
	"path/filepath"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/valyala/fasthttp"
	"github.com/versity/versitygw/s3err"
)

// The headers of SSE-KMS, S3's own.
const (
	headerSSE    = "X-Amz-Server-Side-Encryption"
	headerSSEKey = "X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id"
	headerSSEC   = "X-Amz-Server-Side-Encryption-Customer-Algorithm"
	sseKMS       = "aws:kms"
	sseS3        = "AES256"
)

// dataKey is a key of one object.
type dataKey struct {
	arn     string // of the key that wraps it
	plain   []byte
	wrapped []byte
}

// newDataKey asks KMS for a data key under a key, or under the default one. It
// asks to the end: a request's context ends with the server alone, and whoever
// waits for that, as database/sql does, races with the server's end.
func (e *encrypted) newDataKey(ctx context.Context, key, name string) (dataKey, error) {
	ctx = context.WithoutCancel(ctx)
	if key == "" {
		var err error
		if key, err = e.DefaultKey(ctx); err != nil {
			return dataKey{}, err
		}
	}
	out, err := e.Keys.GenerateDataKey(ctx, &kms.GenerateDataKeyInput{
		KeyId: &key, KeySpec: types.DataKeySpecAes256, EncryptionContext: encryptionContext(name),
	})
	if err != nil {
		return dataKey{}, keyRefused(err)
	}
	return dataKey{arn: aws.ToString(out.KeyId), plain: out.Plaintext, wrapped: out.CiphertextBlob}, nil
}

// unwrap asks KMS for the data key of something that rests under that name, to
// the end as newDataKey does.
func (e *encrypted) unwrap(ctx context.Context, wrapped []byte, name string) ([]byte, error) {
	out, err := e.Keys.Decrypt(context.WithoutCancel(ctx), &kms.DecryptInput{CiphertextBlob: wrapped, EncryptionContext: encryptionContext(name)})
	if err != nil {
		return nil, keyRefused(err)
	}
	return out.Plaintext, nil
}

// encryptionContext is what S3 gives KMS for an object: its ARN. It binds the
// data key to the name, so that no object can be put in another's place.
func encryptionContext(name string) map[string]string {
	return map[string]string{"aws:s3:arn": "arn:aws:s3:::" + name}
}

// objectName is one name for all keys that are the same file.
func objectName(bucket, key string) string { return strings.Clone(filepath.Join(bucket, key)) }

// askedKey is the key that a request asks to encrypt with, empty where it says
// nothing of one.
func askedKey(ctx context.Context) (string, error) {
	request, ok := ctx.(*fasthttp.RequestCtx)
	if !ok {
		return "", nil
	}
	header := &request.Request.Header
	if len(header.Peek(headerSSEC)) > 0 {
		return "", s3err.GetAPIError(s3err.ErrNotImplemented)
	}
	switch asked := string(header.Peek(headerSSE)); asked {
	case "", sseS3, sseKMS:
		return string(header.Peek(headerSSEKey)), nil
	default:
		return "", s3err.APIError{
			Code: "InvalidArgument", HTTPStatusCode: http.StatusBadRequest,
			Description: "The encryption method specified is not supported: use aws:kms",
		}
	}
}

// answer says in the answer's header how the object is encrypted. An answer to
// a deletion says nothing of what is gone.
func (r record) answer(ctx context.Context) {
	request, ok := ctx.(*fasthttp.RequestCtx)
	if !ok || request.IsDelete() {
		return
	}
	request.Response.Header.Set(headerSSE, sseKMS)
	request.Response.Header.Set(headerSSEKey, r.Key)
}

// keyRefused turns KMS's refusals into S3's, in words: a key that is missing,
// disabled or not allowed is nobody's mistake about the object.
func keyRefused(err error) error {
	var (
		missing  *types.NotFoundException
		disabled *types.DisabledException
		state    *types.KMSInvalidStateException
		wrong    *types.InvalidCiphertextException
	)
	switch {
	case errors.As(err, &missing):
		return keyError("KMS.NotFoundException", missing.ErrorMessage())
	case errors.As(err, &disabled):
		return keyError("KMS.DisabledException", disabled.ErrorMessage())
	case errors.As(err, &state):
		return keyError("KMS.KMSInvalidStateException", state.ErrorMessage())
	case errors.As(err, &wrong):
		return damagedObject()
	}
	return err
}

func keyError(code, message string) error {
	return s3err.APIError{Code: code, Description: message, HTTPStatusCode: http.StatusBadRequest}
}

// damagedObject says that what rests on the disk is not what was stored.
func damagedObject() error {
	return s3err.APIError{
		Code: "InternalError", HTTPStatusCode: http.StatusInternalServerError,
		Description: "The object is damaged: what rests on the disk is not what was encrypted. Restore it from a backup, or place the file again.",
	}
}
