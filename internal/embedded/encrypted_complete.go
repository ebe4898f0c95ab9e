package embedded

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/versity/versitygw/backend"
	"github.com/versity/versitygw/s3err"
	"github.com/versity/versitygw/s3response"

	"seaportal/internal/keys/envelope"
)

// CompleteMultipartUpload makes the object of its parts. The object gets a
// checksum over its full content. Completing an upload again that made the
// object which stands there is a success.
func (e *encrypted) CompleteMultipartUpload(ctx context.Context, in *s3.CompleteMultipartUploadInput) (s3response.CompleteMultipartUploadResult, string, error) {
	if !e.covers(*in.Bucket) {
		return e.files.CompleteMultipartUpload(ctx, in)
	}
	kept, err := e.recall(*in.Bucket, *in.Key, *in.UploadId)
	if err != nil {
		out, again := e.completed(ctx, in)
		if again {
			return out, "", nil
		}
		return s3response.CompleteMultipartUploadResult{}, "", err
	}
	data, err := e.unwrap(ctx, kept.DataKey, uploadName(*in.Bucket, *in.UploadId))
	if err != nil {
		return s3response.CompleteMultipartUploadResult{}, "", err
	}
	parts, err := e.partsOf(in, data)
	if err != nil {
		return s3response.CompleteMultipartUploadResult{}, "", err
	}
	put := kept.object(in, parts)
	made, err := e.put(ctx, put, kept.Key, *in.UploadId, func(*os.File) error { return nil })
	_ = parts.Close() // it was only read
	if err != nil {
		return s3response.CompleteMultipartUploadResult{}, "", err
	}
	err = e.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{
		Bucket: in.Bucket, Key: in.Key, UploadId: in.UploadId,
	})
	if err != nil { // the object stands; what is left of the upload is found by whoever lists uploads
		return s3response.CompleteMultipartUploadResult{}, "", fmt.Errorf("take away the parts of upload %s: %w", *in.UploadId, err)
	}
	return completeResult(in, made), "", nil
}

// completed tells whether the object that stands there was made by this very
// upload.
func (e *encrypted) completed(ctx context.Context, in *s3.CompleteMultipartUploadInput) (s3response.CompleteMultipartUploadResult, bool) {
	rec, ok, err := e.load(nil, *in.Bucket, *in.Key)
	if err != nil || !ok || rec.Upload != *in.UploadId {
		return s3response.CompleteMultipartUploadResult{}, false
	}
	head, err := e.files.HeadObject(ctx, &s3.HeadObjectInput{Bucket: in.Bucket, Key: in.Key})
	if err != nil {
		return s3response.CompleteMultipartUploadResult{}, false
	}
	rec.answer(ctx)
	return s3response.CompleteMultipartUploadResult{Bucket: in.Bucket, Key: in.Key, ETag: head.ETag}, true
}

// object is the PUT of the object that an upload makes of its parts.
func (u upload) object(in *s3.CompleteMultipartUploadInput, parts *parts) s3response.PutObjectInput {
	o := u.Object
	put := s3response.PutObjectInput{
		Bucket: in.Bucket, Key: in.Key, Body: parts, ContentLength: &parts.size, IfMatch: in.IfMatch, IfNoneMatch: in.IfNoneMatch,
		ContentType: o.ContentType, ContentEncoding: o.ContentEncoding, ContentDisposition: o.ContentDisposition,
		ContentLanguage: o.ContentLanguage, CacheControl: o.CacheControl, Expires: o.Expires,
		WebsiteRedirectLocation: o.WebsiteRedirectLocation, Tagging: o.Tagging, Metadata: o.Metadata,
		ObjectLockRetainUntilDate: o.ObjectLockRetainUntilDate, ObjectLockMode: o.ObjectLockMode,
		ObjectLockLegalHoldStatus: o.ObjectLockLegalHoldStatus, ChecksumAlgorithm: o.ChecksumAlgorithm,
	}
	if in.ChecksumType != types.ChecksumTypeComposite { // one over checksums of parts says nothing of the content
		put.ChecksumCRC32, put.ChecksumCRC32C, put.ChecksumCRC64NVME = in.ChecksumCRC32, in.ChecksumCRC32C, in.ChecksumCRC64NVME
	}
	return put
}

func completeResult(in *s3.CompleteMultipartUploadInput, made s3response.PutObjectOutput) s3response.CompleteMultipartUploadResult {
	full := types.ChecksumTypeFullObject
	return s3response.CompleteMultipartUploadResult{
		Bucket: in.Bucket, Key: in.Key, ETag: &made.ETag, ChecksumType: &full,
		ChecksumCRC32: made.ChecksumCRC32, ChecksumCRC32C: made.ChecksumCRC32C, ChecksumCRC64NVME: made.ChecksumCRC64NVME,
		ChecksumSHA1: made.ChecksumSHA1, ChecksumSHA256: made.ChecksumSHA256,
	}
}

// parts is the content of an upload's parts in a row. One file is open at a
// time.
type parts struct {
	files   []string
	numbers []int32
	dataKey []byte
	size    int64 // of the content, in bytes

	open    *os.File
	content io.Reader
}

// partsOf checks the list of parts that a client sends, as S3 does, and gives
// their content.
func (e *encrypted) partsOf(in *s3.CompleteMultipartUploadInput, dataKey []byte) (*parts, error) {
	if in.MultipartUpload == nil || len(in.MultipartUpload.Parts) == 0 {
		return nil, s3err.GetAPIError(s3err.ErrInvalidRequest)
	}
	all := &parts{dataKey: dataKey}
	listed := in.MultipartUpload.Parts
	for i, part := range listed {
		switch {
		case part.PartNumber == nil || part.ETag == nil:
			return nil, s3err.GetAPIError(s3err.ErrMalformedXML)
		case i > 0 && *part.PartNumber <= *listed[i-1].PartNumber:
			return nil, s3err.GetAPIError(s3err.ErrInvalidPartOrder)
		}
	}
	for i, part := range listed {
		size, err := e.partSize(in, part)
		if err != nil {
			return nil, err
		}
		if i < len(listed)-1 && size < backend.MinPartSize {
			return nil, s3err.GetEntityTooSmallErr(size, backend.MinPartSize)
		}
		all.files = append(all.files, e.path(*in.Bucket, partOf(*in.Key, *in.UploadId, *part.PartNumber)))
		all.numbers = append(all.numbers, *part.PartNumber)
		all.size += size
	}
	if in.MpuObjectSize != nil && *in.MpuObjectSize != all.size {
		return nil, s3err.GetIncorrectMpObjectSizeErr(all.size, *in.MpuObjectSize)
	}
	return all, nil
}

// partSize is how many bytes of content a part has. InvalidPart when it is not
// the one that the client was told of.
func (e *encrypted) partSize(in *s3.CompleteMultipartUploadInput, part types.CompletedPart) (int64, error) {
	at := partOf(*in.Key, *in.UploadId, *part.PartNumber)
	etag, err := e.attributes.RetrieveAttribute(nil, *in.Bucket, at, etagAttribute)
	if err != nil || !backend.AreEtagsSame(string(etag), *part.ETag) {
		return 0, s3err.GetInvalidPartErr(*in.UploadId, *part.PartNumber, *part.ETag)
	}
	size, err := e.files.size(*in.Bucket, at)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, s3err.GetInvalidPartErr(*in.UploadId, *part.PartNumber, *part.ETag)
	}
	if err != nil {
		return 0, err
	}
	if size, err = envelope.ContentSize(size); err != nil {
		return 0, damagedObject()
	}
	return size, nil
}

// Read gives the content of one part after the other.
func (p *parts) Read(b []byte) (int, error) {
	for {
		if p.content == nil {
			if err := p.next(); err != nil {
				return 0, err
			}
		}
		n, err := p.content.Read(b)
		if errors.Is(err, envelope.ErrDamaged) {
			err = damagedObject()
		}
		if !errors.Is(err, io.EOF) {
			return n, err
		}
		if err := p.Close(); err != nil || n > 0 {
			return n, err
		}
	}
}

// next opens the next part; io.EOF when there is none.
func (p *parts) next() error {
	if len(p.files) == 0 {
		return io.EOF
	}
	key, err := partKey(p.dataKey, p.numbers[0])
	if err != nil {
		return err
	}
	file, err := os.Open(p.files[0])
	if err != nil {
		return fmt.Errorf("open part %d: %w", p.numbers[0], err)
	}
	p.open, p.files, p.numbers = file, p.files[1:], p.numbers[1:]
	info, err := file.Stat()
	if err != nil {
		return err
	}
	size, err := envelope.ContentSize(info.Size())
	if err != nil {
		return damagedObject()
	}
	p.content, err = envelope.Decrypt(file, key, size, 0, size)
	return err
}

// Close closes the part that is open, if any.
func (p *parts) Close() error {
	if p.open == nil {
		return nil
	}
	file := p.open
	p.open, p.content = nil, nil
	return file.Close()
}
