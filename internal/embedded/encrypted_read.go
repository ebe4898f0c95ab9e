package embedded

import (
	"context"
	"fmt"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/versity/versitygw/backend"
	"github.com/versity/versitygw/s3err"
	"github.com/versity/versitygw/s3response"

	"seaportal/internal/keys/envelope"
)

// GetObject gives the content of an object, or a range of it.
func (e *encrypted) GetObject(ctx context.Context, in *s3.GetObjectInput) (*s3.GetObjectOutput, error) {
	out, rec, err := e.get(ctx, in)
	if err == nil && rec != nil {
		rec.answer(ctx)
	}
	return out, err
}

// get is GetObject without a word in the answer's header; the record is nil
// when the object is not encrypted.
func (e *encrypted) get(ctx context.Context, in *s3.GetObjectInput) (*s3.GetObjectOutput, *record, error) {
	if !e.covers(*in.Bucket) {
		out, err := e.files.GetObject(ctx, in)
		return out, nil, err
	}
	whole := *in
	whole.Range, whole.PartNumber, whole.ChecksumMode = aws.String(""), nil, ""
	out, err := e.files.GetObject(ctx, &whole)
	if err != nil {
		return out, nil, err
	}
	file, ok := out.Body.(*os.File)
	if !ok {
		return out, nil, nil // a folder
	}
	rec, ok, err := e.load(file, *in.Bucket, *in.Key)
	if err == nil && !ok {
		if aws.ToString(in.Range) == "" && in.PartNumber == nil && in.ChecksumMode == "" {
			return out, nil, nil // nothing else was asked for
		}
		if err = file.Close(); err == nil {
			out, err = e.files.GetObject(ctx, in)
			return out, nil, err
		}
	}
	if err == nil {
		err = e.decrypt(ctx, in, out, file, rec)
	}
	if err != nil {
		_ = file.Close() // versitygw knows its errors by their type, so that ours must stand alone
		return nil, nil, err
	}
	return out, &rec, nil
}

// decrypt makes an answer with a whole encrypted file one with its content.
func (e *encrypted) decrypt(ctx context.Context, in *s3.GetObjectInput, out *s3.GetObjectOutput, file *os.File, rec record) error {
	span, err := spanOf(rec.Size, aws.ToString(in.Range), in.PartNumber)
	if err != nil {
		return err
	}
	if aws.ToInt64(out.ContentLength) != envelope.Size(rec.Size) {
		return damagedObject()
	}
	key, err := e.unwrap(ctx, rec.DataKey, objectName(*in.Bucket, *in.Key))
	if err != nil {
		return err
	}
	var checksum sum
	summed := in.ChecksumMode == types.ChecksumModeEnabled && span.length == rec.Size
	if summed { // the content proves its size and itself without it
		if checksum, err = rec.open(key); err != nil {
			return err
		}
	}
	body, err := newPlain(file, key, span)
	if err != nil {
		return err
	}
	out.Body = body
	out.ContentLength, out.ContentRange = &span.length, span.header()
	if summed {
		all := checksum.fields()
		out.ChecksumCRC32, out.ChecksumCRC32C, out.ChecksumCRC64NVME = all.ChecksumCRC32, all.ChecksumCRC32C, all.ChecksumCRC64NVME
		out.ChecksumSHA1, out.ChecksumSHA256, out.ChecksumType = all.ChecksumSHA1, all.ChecksumSHA256, types.ChecksumTypeFullObject
	}
	return nil
}

// HeadObject tells of an object what it does of the content.
func (e *encrypted) HeadObject(ctx context.Context, in *s3.HeadObjectInput) (*s3.HeadObjectOutput, error) {
	if !e.covers(*in.Bucket) {
		return e.files.HeadObject(ctx, in)
	}
	rec, ok, err := e.load(nil, *in.Bucket, *in.Key)
	if err != nil {
		return nil, err
	}
	if !ok {
		return e.files.HeadObject(ctx, in)
	}
	whole := *in
	whole.Range, whole.PartNumber, whole.ChecksumMode = aws.String(""), nil, ""
	out, err := e.files.HeadObject(ctx, &whole)
	if err != nil {
		return out, err
	}
	span, err := spanOf(rec.Size, aws.ToString(in.Range), in.PartNumber)
	if err != nil {
		return nil, err
	}
	out.ContentLength, out.ContentRange = &span.length, span.header()
	if in.ChecksumMode == types.ChecksumModeEnabled && span.length == rec.Size {
		sum, err := e.checksum(ctx, *in.Bucket, *in.Key, rec)
		if err != nil {
			return nil, err
		}
		all := sum.fields()
		out.ChecksumCRC32, out.ChecksumCRC32C, out.ChecksumCRC64NVME = all.ChecksumCRC32, all.ChecksumCRC32C, all.ChecksumCRC64NVME
		out.ChecksumSHA1, out.ChecksumSHA256, out.ChecksumType = all.ChecksumSHA1, all.ChecksumSHA256, types.ChecksumTypeFullObject
	}
	rec.answer(ctx)
	return out, nil
}

// checksum opens the checksum in an object's record. Like S3, it needs the key
// for that.
func (e *encrypted) checksum(ctx context.Context, bucket, key string, rec record) (sum, error) {
	data, err := e.unwrap(ctx, rec.DataKey, objectName(bucket, key))
	if err != nil {
		return sum{}, err
	}
	return rec.open(data)
}

// GetObjectAttributes tells of an object what it does of the content.
func (e *encrypted) GetObjectAttributes(ctx context.Context, in *s3.GetObjectAttributesInput) (s3response.GetObjectAttributesResponse, error) {
	out, err := e.files.GetObjectAttributes(ctx, in)
	if err != nil || !e.covers(*in.Bucket) {
		return out, err
	}
	rec, ok, err := e.load(nil, *in.Bucket, *in.Key)
	if err != nil || !ok {
		return out, err
	}
	sum, err := e.checksum(ctx, *in.Bucket, *in.Key, rec)
	if err != nil {
		return s3response.GetObjectAttributesResponse{}, err
	}
	all := sum.fields()
	all.ChecksumType = types.ChecksumTypeFullObject
	out.ObjectSize, out.Checksum = &rec.Size, &all
	rec.answer(ctx)
	return out, nil
}

// span is what is asked of an object.
type span struct {
	from, length int64
	size         int64 // of the whole object
	partial      bool
}

// spanOf reads a Range header, or a part number: an encrypted object has one
// part, whatever it was assembled from.
func spanOf(size int64, ranged string, part *int32) (span, error) {
	if part != nil {
		if *part > 1 {
			return span{}, s3err.GetInvalidPartNumberRangeErr(1, *part)
		}
		return span{length: size, size: size, partial: size > 0}, nil
	}
	from, length, partial, err := backend.ParseObjectRange(size, ranged)
	return span{from, length, size, partial}, err
}

// header is the Content-Range of an answer, nil where it is whole.
func (s span) header() *string {
	if !s.partial {
		return nil
	}
	return aws.String(fmt.Sprintf("bytes %d-%d/%d", s.from, s.from+s.length-1, s.size))
}
