package embedded

import (
	"context"
	"encoding/base64"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/versity/versitygw/backend"
	"github.com/versity/versitygw/s3err"
	"github.com/versity/versitygw/s3response"
)

// listed makes listings carry every key. XML has no way to write a control
// character or a byte that is not UTF-8, so S3 URL-encodes names for the client
// that asks for encoding-type=url; versitygw does not. Continuation tokens,
// which posix makes of a key, are encoded always: S3's are opaque.
type listed struct{ backend.Backend }

// ListObjectsV2 lists objects, the encoding being the request's choice.
func (l listed) ListObjectsV2(ctx context.Context, in *s3.ListObjectsV2Input) (s3response.ListObjectsV2Result, error) {
	show, encoding, err := chosenEncoding(ctx)
	if err != nil {
		return s3response.ListObjectsV2Result{}, err
	}
	page, given := *in, aws.ToString(in.ContinuationToken)
	after, err := base64.RawURLEncoding.DecodeString(given)
	if err != nil {
		return s3response.ListObjectsV2Result{}, s3err.InvalidArgumentError{
			Description: "The continuation token provided is incorrect", ArgumentName: "continuation-token", ArgumentValue: given,
		}
	}
	page.ContinuationToken = aws.String(string(after))
	out, err := l.Backend.ListObjectsV2(ctx, &page)
	if err != nil {
		return out, err
	}
	out.ContinuationToken = backend.GetPtrFromString(given)
	if next := aws.ToString(out.NextContinuationToken); next != "" {
		out.NextContinuationToken = aws.String(base64.RawURLEncoding.EncodeToString([]byte(next)))
	}
	out.EncodingType = encoding
	showAll(show, &out.Prefix, &out.Delimiter, &out.StartAfter)
	showContents(show, out.Contents, out.CommonPrefixes)
	return out, nil
}

// ListObjects lists objects the old way, the encoding being the request's choice.
func (l listed) ListObjects(ctx context.Context, in *s3.ListObjectsInput) (s3response.ListObjectsResult, error) {
	show, encoding, err := chosenEncoding(ctx)
	if err != nil {
		return s3response.ListObjectsResult{}, err
	}
	out, err := l.Backend.ListObjects(ctx, in)
	if err != nil {
		return out, err
	}
	out.EncodingType = encoding
	showAll(show, &out.Prefix, &out.Delimiter, &out.Marker, &out.NextMarker)
	showContents(show, out.Contents, out.CommonPrefixes)
	return out, nil
}

// ListObjectVersions lists versions, the encoding being the request's choice.
func (l listed) ListObjectVersions(ctx context.Context, in *s3.ListObjectVersionsInput) (s3response.ListVersionsResult, error) {
	show, encoding, err := chosenEncoding(ctx)
	if err != nil {
		return s3response.ListVersionsResult{}, err
	}
	out, err := l.Backend.ListObjectVersions(ctx, in)
	if err != nil {
		return out, err
	}
	out.EncodingType = encoding
	showAll(show, &out.Prefix, &out.Delimiter, &out.KeyMarker, &out.NextKeyMarker)
	showContents(show, nil, out.CommonPrefixes)
	for i := range out.Versions {
		showAll(show, &out.Versions[i].Key)
	}
	for i := range out.DeleteMarkers {
		showAll(show, &out.DeleteMarkers[i].Key)
	}
	return out, nil
}

// ListMultipartUploads lists uploads, the encoding being the request's choice.
func (l listed) ListMultipartUploads(ctx context.Context, in *s3.ListMultipartUploadsInput) (s3response.ListMultipartUploadsResult, error) {
	show, encoding, err := chosenEncoding(ctx)
	if err != nil {
		return s3response.ListMultipartUploadsResult{}, err
	}
	out, err := l.Backend.ListMultipartUploads(ctx, in)
	if err != nil {
		return out, err
	}
	out.EncodingType = string(encoding)
	for _, name := range []*string{&out.Prefix, &out.Delimiter, &out.KeyMarker, &out.NextKeyMarker} {
		*name = show(*name)
	}
	for i := range out.Uploads {
		out.Uploads[i].Key = show(out.Uploads[i].Key)
	}
	for i := range out.CommonPrefixes {
		out.CommonPrefixes[i].Prefix = show(out.CommonPrefixes[i].Prefix)
	}
	return out, nil
}

// chosenEncoding gives how the client wants names shown: as they are, or
// URL-encoded. S3 knows no other way and answers 400 to one.
func chosenEncoding(ctx context.Context) (show func(string) string, encoding types.EncodingType, err error) {
	switch asked := queryArgument(ctx, "encoding-type"); asked {
	case "":
		return strings.Clone, "", nil
	case string(types.EncodingTypeUrl):
		return encodeName, types.EncodingTypeUrl, nil
	default:
		return nil, "", s3err.InvalidArgumentError{
			Description: "Invalid Encoding Method specified in Request", ArgumentName: "encoding-type", ArgumentValue: asked,
		}
	}
}

// encodeName encodes as S3 does: a space is a plus, and slashes stay.
func encodeName(name string) string {
	return strings.ReplaceAll(url.QueryEscape(name), "%2F", "/")
}

func showContents(show func(string) string, objects []s3response.Object, prefixes []types.CommonPrefix) {
	for i := range objects {
		showAll(show, &objects[i].Key)
	}
	for i := range prefixes {
		showAll(show, &prefixes[i].Prefix)
	}
}

// showAll replaces each name, passing over those that are not there. It leaves
// the old texts alone: versions of one object share theirs.
func showAll(show func(string) string, names ...**string) {
	for _, name := range names {
		if *name != nil {
			*name = aws.String(show(**name))
		}
	}
}
