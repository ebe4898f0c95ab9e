package credential

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"seaportal/models"
)

const (
	storage           = "The storage"
	checkedLocation   = "Location"
	checkedFile       = "A file in it"
	checkedEncryption = "Encryption"
	sampleKeys        = 10 // looked at for one that is a file
)

// checkLocation lists the location with the portal's own key, and gives the
// first file in it, empty where there is none.
func (s *Service) checkLocation(ctx context.Context, unit models.BusinessUnit) (sample string, c Check) {
	c = Check{Name: checkedLocation}
	if !unit.HasLocation() {
		c.Outcome, c.Said = Skipped, "The unit has no SEA location."
		return "", c
	}
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	answer, err := s.own.ListObjectsV2(ctx, &s3.ListObjectsV2Input{
		Bucket: unit.SEABucket, Prefix: unit.SEAPrefix, MaxKeys: aws.Int32(sampleKeys),
	})
	if err != nil {
		return "", unanswered(c.Name, storage)
	}
	marker := false
	for _, object := range answer.Contents {
		if key := aws.ToString(object.Key); !strings.HasSuffix(key, "/") {
			c.Outcome, c.Said = Passed, unit.FileLocation()+" can be listed, and holds files."
			return key, c
		}
		marker = true
	}
	c.Outcome, c.Said = Noted, unit.FileLocation()+" can be listed, and is empty."
	c.Partner = "Clients with a window may say “access denied” or “not found”, those on the command line list nothing. The set is not at fault."
	c.Do = "Wait for the first file, or turn the folder marker on in Settings."
	if marker {
		c.Partner, c.Do = "An empty folder: the folder marker is there, so clients can open it.", ""
	}
	return "", c
}

// checkSample reads the first byte of a file and what S3 says of its
// encryption.
func (s *Service) checkSample(ctx context.Context, unit models.BusinessUnit, key string) []Check {
	read, encrypted := Check{Name: checkedFile}, Check{Name: checkedEncryption}
	if key == "" {
		read.Outcome, read.Said = Skipped, "There is no file to read yet."
		encrypted.Outcome, encrypted.Said = Skipped, "S3 tells it of a file, and there is none yet."
		return []Check{read, encrypted}
	}
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	answer, err := s.own.GetObject(ctx, &s3.GetObjectInput{Bucket: unit.SEABucket, Key: &key, Range: aws.String("bytes=0-0")})
	if hasCode(err, codeEmptyRange) { // an empty file has no first byte
		answer, err = s.own.GetObject(ctx, &s3.GetObjectInput{Bucket: unit.SEABucket, Key: &key})
	}
	if err == nil {
		_, err = io.Copy(io.Discard, io.LimitReader(answer.Body, 1))
		err = errors.Join(err, answer.Body.Close())
	}
	if hasCode(err, codeKeyDisabled) {
		read.Outcome, read.Said = Failed, "The first file rests under a key that is disabled, so nobody can read it."
		read.Partner, read.Do = "The listing works, downloads fail with "+codeKeyDisabled+".", "Enable the key, see the unit's settings, then test again."
		encrypted.Outcome, encrypted.Said = Skipped, "S3 tells it of a file that it can read."
		return []Check{read, encrypted}
	}
	if err != nil {
		read.Outcome, read.Said = Failed, "A file is listed, but could not be read."
		read.Partner, read.Do = "The listing works, downloads fail.", "Look at the portal's log and at the storage, then test again."
		encrypted.Outcome, encrypted.Said = Skipped, "S3 tells it of a file that it can read."
		return []Check{read, encrypted}
	}
	read.Outcome, read.Said = Passed, "The first file can be read."
	return []Check{read, judgeEncryption(encrypted, answer)}
}

// codeKeyDisabled is S3's answer where the KMS key of a file is disabled.
const codeKeyDisabled = "KMS.DisabledException"

// codeEmptyRange is S3's answer to a range that the object does not have.
const codeEmptyRange = "InvalidRange"

func judgeEncryption(c Check, answer *s3.GetObjectOutput) Check {
	switch {
	case answer.ServerSideEncryption == "":
		c.Outcome, c.Said = Noted, "S3 stores this file without encryption of its own."
		c.Do = "Encrypt the disk that the storage lies on, if it is not."
	case answer.SSEKMSKeyId != nil:
		c.Outcome, c.Said = Passed, "S3 encrypts with the key "+aws.ToString(answer.SSEKMSKeyId)+"."
	default:
		c.Outcome, c.Said = Passed, "S3 encrypts with "+string(answer.ServerSideEncryption)+"."
	}
	return c
}
