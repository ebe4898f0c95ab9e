package embedded

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"

	"seaportal/internal/keys/envelope"
)

// The names of our attributes. versitygw keeps its own beside them.
const (
	recordAttribute = "sea-encrypted"
	etagAttribute   = "etag" // versitygw's
	// markOfETag ends the ETag of an encrypted object: the form of a multipart
	// upload's, which no client takes for an MD5.
	markOfETag = "-1"
)

// record tells how an object is encrypted. It is public but for the checksum,
// which says much about a small file.
type record struct {
	Key     string `json:"key"`      // ARN of the key that wraps the data key
	DataKey []byte `json:"data_key"` // wrapped
	Size    int64  `json:"size"`     // of the content, in bytes
	// Sum is the content's checksum, sealed by the data key together with Size
	// and Upload.
	Sum    []byte `json:"sum"`
	Upload string `json:"upload,omitempty"` // id of the multipart upload that it was assembled from
}

// seal puts the content's checksum into the record.
func (r *record) seal(dataKey []byte, sum sum) error {
	aead, err := recordCipher(dataKey)
	if err != nil {
		return err
	}
	r.Sum = aead.Seal(nil, make([]byte, aead.NonceSize()), []byte(sum.text()), r.bound()) //nolint:gosec // the key seals this one text
	return nil
}

// open gives the content's checksum. It fails with damagedObject when the
// record is not the one that was sealed.
func (r *record) open(dataKey []byte) (sum, error) {
	aead, err := recordCipher(dataKey)
	if err != nil {
		return sum{}, err
	}
	text, err := aead.Open(nil, make([]byte, aead.NonceSize()), r.Sum, r.bound())
	if err != nil {
		return sum{}, damagedObject()
	}
	return parseSum(string(text)), nil
}

// bound is what the seal protects besides the checksum.
func (r *record) bound() []byte { return fmt.Appendf(nil, "%d %s", r.Size, r.Upload) }

// recordCipher seals a record: by a key of its own, that comes from the data
// key.
func recordCipher(dataKey []byte) (cipher.AEAD, error) {
	key, err := hkdf.Key(sha256.New, dataKey, nil, "record of an encrypted object", envelope.KeySize)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

func (e *encrypted) store(file *os.File, bucket, key string, rec record) error {
	text, err := json.Marshal(rec)
	if err != nil {
		return err
	}
	return e.attributes.StoreAttribute(file, bucket, key, recordAttribute, text)
}

// load reads an object's record: of the open file where one is given, else of
// what stands under the key. There is none when the object is not encrypted,
// or no longer there.
func (e *encrypted) load(file *os.File, bucket, key string) (record, bool, error) {
	text, err := e.attributes.RetrieveAttribute(file, bucket, strings.TrimSuffix(key, "/"), recordAttribute)
	switch {
	case errors.Is(err, meta.ErrNoSuchKey), errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR), errors.Is(err, syscall.ENAMETOOLONG):
		return record{}, false, nil
	case err != nil:
		return record{}, false, fmt.Errorf("read how %s is encrypted: %w", objectName(bucket, key), err)
	}
	var rec record
	if err := json.Unmarshal(text, &rec); err != nil {
		return record{}, false, damagedObject()
	}
	return rec, true, nil
}

// markedETags marks the ETags of encrypted objects as they are stored, so that
// every comparison and listing knows the same one. Folders are stored without
// an open file, and parts have ETags that nobody but the upload sees.
type markedETags struct {
	meta.MetadataStorer
	encryption *Encryption
}

// StoreAttribute stores an attribute.
func (m markedETags) StoreAttribute(file *os.File, bucket, object, attribute string, value []byte) error {
	if attribute == etagAttribute && file != nil && m.encryption.covers(bucket) && !strings.HasPrefix(object, posix.MetaTmpDir) {
		value = []byte(markETag(string(value)))
	}
	return m.MetadataStorer.StoreAttribute(file, bucket, object, attribute, value)
}

func markETag(etag string) string {
	text, quoted := strings.CutSuffix(etag, `"`)
	if quoted {
		return text + markOfETag + `"`
	}
	return text + markOfETag
}
