package objects

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// Checksum is a checksum over an object's whole content, as
// `ALGORITHM:base64`; empty where S3 keeps none. Two of the same algorithm can
// be compared across encryption and part sizes, which ETags cannot.
type Checksum string

// Algorithm is the part before the colon.
func (c Checksum) Algorithm() string {
	name, _, _ := strings.Cut(string(c), ":")
	return name
}

// Comparable tells whether both are there and of one algorithm.
func (c Checksum) Comparable(other Checksum) bool {
	return c != "" && other != "" && c.Algorithm() == other.Algorithm()
}

// checksums are the fields that S3's answers have in common.
type checksums struct{ CRC64NVME, SHA256, SHA1, CRC32, CRC32C *string }

// fullChecksum picks the strongest checksum over the whole object. A composite
// one is a checksum of the parts' checksums, marked by its type or by a hyphen
// and the number of parts: it depends on the part sizes and is of no use here.
func fullChecksum(kind types.ChecksumType, sums checksums) Checksum {
	if kind == types.ChecksumTypeComposite {
		return ""
	}
	for _, sum := range []struct {
		name  string
		value *string
	}{
		{"SHA256", sums.SHA256},
		{"CRC64NVME", sums.CRC64NVME},
		{"SHA1", sums.SHA1},
		{"CRC32C", sums.CRC32C},
		{"CRC32", sums.CRC32},
	} {
		if sum.value != nil && *sum.value != "" && !strings.Contains(*sum.value, "-") {
			return Checksum(sum.name + ":" + *sum.value)
		}
	}
	return ""
}
