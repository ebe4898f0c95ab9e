package objects

import (
	"crypto/sha1" //nolint:gosec // one of the checksums that S3 keeps
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"hash/crc32"
	"hash/crc64"
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

// Hex gives the part behind the colon in hexadecimal, as most programs print it;
// empty where there is none.
func (c Checksum) Hex() string {
	_, text, _ := strings.Cut(string(c), ":")
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return ""
	}
	return hex.EncodeToString(raw)
}

// FromHex makes a checksum of an algorithm's name and hexadecimal digits; empty
// where these are none.
func FromHex(algorithm, digits string) Checksum {
	raw, err := hex.DecodeString(digits)
	if err != nil || len(raw) == 0 {
		return ""
	}
	return Checksum(algorithm + ":" + base64.StdEncoding.EncodeToString(raw))
}

// Comparable tells whether both are there and of one algorithm.
func (c Checksum) Comparable(other Checksum) bool {
	return c != "" && other != "" && c.Algorithm() == other.Algorithm()
}

// nvme is the polynomial of CRC64NVME, reflected (NVM Express base
// specification, 64b guard).
var nvme = crc64.MakeTable(0x9a6c9329ac4bc9b5)

// Hash gives what computes a checksum of the same algorithm from the bytes; nil
// where there is no checksum.
func (c Checksum) Hash() hash.Hash {
	switch c.Algorithm() {
	case "SHA256":
		return sha256.New()
	case "CRC64NVME":
		return crc64.New(nvme)
	case "SHA1":
		return sha1.New() //nolint:gosec // it is what S3 keeps; nobody trusts it against an attacker
	case "CRC32C":
		return crc32.New(crc32.MakeTable(crc32.Castagnoli))
	case "CRC32":
		return crc32.NewIEEE()
	}
	return nil
}

// Is tells whether the bytes written to a Hash of c have the checksum c.
func (c Checksum) Is(written hash.Hash) bool {
	return c == Checksum(c.Algorithm()+":"+base64.StdEncoding.EncodeToString(written.Sum(nil)))
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
