package embedded

import (
	"io"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/versity/versitygw/s3api/middlewares"
	"github.com/versity/versitygw/s3api/utils"
	"github.com/versity/versitygw/s3response"
)

// sum is a checksum over the full content of an object.
type sum struct {
	algorithm types.ChecksumAlgorithm
	value     string // base64
}

func (s sum) text() string { return string(s.algorithm) + ":" + s.value }

func parseSum(text string) sum {
	algorithm, value, _ := strings.Cut(text, ":")
	return sum{types.ChecksumAlgorithm(algorithm), value}
}

// fields gives the checksum in the field of its algorithm.
func (s sum) fields() types.Checksum {
	var all types.Checksum
	switch s.algorithm { //nolint:exhaustive // stored lets no other one through
	case types.ChecksumAlgorithmCrc32:
		all.ChecksumCRC32 = &s.value
	case types.ChecksumAlgorithmCrc32c:
		all.ChecksumCRC32C = &s.value
	case types.ChecksumAlgorithmSha1:
		all.ChecksumSHA1 = &s.value
	case types.ChecksumAlgorithmSha256:
		all.ChecksumSHA256 = &s.value
	default:
		all.ChecksumCRC64NVME = &s.value
	}
	return all
}

// stored tells whether an algorithm's checksums are kept: those that every
// version of S3 knows.
func stored(algorithm types.ChecksumAlgorithm) bool {
	return slices.Contains([]types.ChecksumAlgorithm{
		types.ChecksumAlgorithmCrc32, types.ChecksumAlgorithmCrc32c, types.ChecksumAlgorithmCrc64nvme,
		types.ChecksumAlgorithmSha1, types.ChecksumAlgorithmSha256,
	}, algorithm)
}

// content is a body on its way to being encrypted: it is counted, and held
// against the checksum that the client sent of it.
type content struct {
	from     io.Reader
	size     int64
	computed *utils.HashReader          // the checksum that is kept
	trailing middlewares.ChecksumReader // where the body itself brings the one that is kept
}

// newContent takes the body of a request and what it says of its checksum.
func newContent(in s3response.PutObjectInput) (*content, error) {
	if reader, ok := in.Body.(middlewares.ChecksumReader); ok && stored(types.ChecksumAlgorithm(strings.ToUpper(reader.Algorithm()))) {
		return &content{from: reader, trailing: reader}, nil // it checks itself
	}
	body := in.Body
	if body == nil {
		body = strings.NewReader("")
	}
	algorithm, want := sentSum(in)
	if !stored(algorithm) {
		if want != "" {
			checked, err := newHash(body, algorithm, want)
			if err != nil {
				return nil, err
			}
			body = checked
		}
		algorithm, want = types.ChecksumAlgorithmCrc64nvme, ""
	}
	computed, err := newHash(body, algorithm, want)
	if err != nil {
		return nil, err
	}
	return &content{from: computed, computed: computed}, nil
}

// sentSum is the checksum that a request names in its header, or the algorithm
// alone; neither when it names none.
func sentSum(in s3response.PutObjectInput) (types.ChecksumAlgorithm, string) {
	for algorithm, value := range map[types.ChecksumAlgorithm]*string{
		types.ChecksumAlgorithmCrc32: in.ChecksumCRC32, types.ChecksumAlgorithmCrc32c: in.ChecksumCRC32C,
		types.ChecksumAlgorithmCrc64nvme: in.ChecksumCRC64NVME, types.ChecksumAlgorithmSha1: in.ChecksumSHA1,
		types.ChecksumAlgorithmSha256: in.ChecksumSHA256, types.ChecksumAlgorithmSha512: in.ChecksumSHA512,
		types.ChecksumAlgorithmMd5: in.ChecksumMD5, types.ChecksumAlgorithmXxhash64: in.ChecksumXXHASH64,
		types.ChecksumAlgorithmXxhash3: in.ChecksumXXHASH3, types.ChecksumAlgorithmXxhash128: in.ChecksumXXHASH128,
	} {
		if value != nil {
			return algorithm, *value
		}
	}
	return in.ChecksumAlgorithm, ""
}

func newHash(from io.Reader, algorithm types.ChecksumAlgorithm, want string) (*utils.HashReader, error) {
	return utils.NewHashReader(from, want, utils.HashType(strings.ToLower(string(algorithm))))
}

// Read reads and counts.
func (c *content) Read(p []byte) (int, error) {
	n, err := c.from.Read(p)
	c.size += int64(n)
	return n, err
}

// sum is the checksum of the content, once it was read to its end.
func (c *content) sum() sum {
	if c.trailing != nil {
		return sum{types.ChecksumAlgorithm(strings.ToUpper(c.trailing.Algorithm())), c.trailing.Checksum()}
	}
	return sum{types.ChecksumAlgorithm(strings.ToUpper(string(c.computed.Type()))), c.computed.Sum()}
}

// resting is what is stored of a content. It claims to bring a checksum, so
// that versitygw does not compute one of bytes that nobody ever sees.
type resting struct{ io.Reader }

// Algorithm is that of the checksum which is left empty.
func (resting) Algorithm() string { return string(types.ChecksumAlgorithmCrc64nvme) }

// Checksum is empty: the record has the one of the content.
func (resting) Checksum() string { return "" }
