package bundle

import (
	"bytes"
	"encoding/csv"
	"regexp"
	"strings"
)

// Profile is what the remote, the profile or the section of a client's configuration is called.
const Profile = "sea"

func lines(all ...string) string { return strings.Join(all, "\n") }

// head is the comment that a configuration file begins with.
func (s Set) head() string {
	return "# Secure External Access, business unit " + s.Slug + ", file location " + s.Location
}

// csvFile writes a line of names and a line of values (RFC 4180). The unit's name stands last: it is the one value that
// somebody chose, and a spreadsheet shall not run it as a formula.
func csvFile(s Set) ([]byte, error) {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	w.UseCRLF = true
	err := w.WriteAll([][]string{
		{"Access key ID", "Secret access key", "File location", "Endpoint", "Region", "Business unit"},
		{s.AccessKeyID, s.Secret.Reveal(), s.Location, s.Endpoint, s.Region, harmless(s.Unit)},
	})
	return out.Bytes(), err
}

// harmless keeps a spreadsheet from running a text as a formula (OWASP, CSV injection).
func harmless(name string) string {
	if name != "" && strings.ContainsAny(name[:1], "=+-@\t\r\n") {
		return "'" + name
	}
	return name
}

// env is variables that AWS's programs and SDKs read, for a shell, a dotenv library or docker --env-file.
func (s Set) env() string {
	all := []string{
		s.head(),
		"AWS_ACCESS_KEY_ID=" + quoted(s.AccessKeyID), "AWS_SECRET_ACCESS_KEY=" + quoted(s.Secret.Reveal()),
		"AWS_REGION=" + quoted(s.Region), "AWS_DEFAULT_REGION=" + quoted(s.Region),
	}
	if !s.Amazon {
		all = append(all, "AWS_ENDPOINT_URL_S3="+quoted(s.Endpoint))
	}
	return lines(append(all, "SEA_FILE_LOCATION="+quoted(s.Location))...)
}

// plain is what needs no quotes. docker --env-file would keep them as part of the value.
var plain = regexp.MustCompile(`^[A-Za-z0-9_./:+=@,-]*$`)

func quoted(value string) string {
	if plain.MatchString(value) {
		return value
	}
	return "'" + strings.ReplaceAll(value, "'", `'\''`) + "'"
}

// Rclone is a remote for rclone.conf.
func (s Set) Rclone() string {
	provider, path := "Other", "true"
	if s.Amazon {
		provider, path = "AWS", "false"
	}
	return lines(s.head(), "["+Profile+"]", "type = s3", "provider = "+provider, "access_key_id = "+s.AccessKeyID,
		"secret_access_key = "+s.Secret.Reveal(), "endpoint = "+s.Endpoint, "region = "+s.Region, "force_path_style = "+path,
		"no_check_bucket = true")
}

// AWSCredentials is a profile for ~/.aws/credentials.
func (s Set) AWSCredentials() string {
	return lines(s.head(), "["+Profile+"]", "aws_access_key_id = "+s.AccessKeyID, "aws_secret_access_key = "+s.Secret.Reveal())
}

// AWSConfig is the profile's part of ~/.aws/config, which holds no secret. Programs older than the middle of 2023 do not
// read endpoint_url there; version 1 of AWS CLI presigns with a signature that S3 has given up unless it is told otherwise.
func (s Set) AWSConfig() string {
	all := []string{s.head(), "# This part holds no secret: that stands in the credentials file.", "[profile " + Profile + "]", "region = " + s.Region}
	if !s.Amazon {
		all = append(all, "endpoint_url = "+s.Endpoint, "s3 =", "    addressing_style = path", "    signature_version = s3v4")
	}
	return lines(all...)
}

// S3cfg is a whole configuration for s3cmd. Where it names no bucket in host_bucket, requests are path style.
func (s Set) S3cfg() string {
	secure, bucketHost := "False", s.Host()
	if s.Secure() {
		secure = "True"
	}
	if s.Amazon {
		bucketHost = "%(bucket)s." + s.Host()
	}
	return lines(s.head(), "[default]", "access_key = "+s.AccessKeyID, "secret_key = "+s.Secret.Reveal(), "host_base = "+s.Host(),
		"host_bucket = "+bucketHost, "bucket_location = "+s.Region, "use_https = "+secure, "signature_v2 = False")
}
