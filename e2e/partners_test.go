package e2e

import (
	"os/exec"
	"strings"
	"testing"
)

const resticPassword = "not the portal's"

// partner is a program that fetches what was placed. Its lines to list and to fetch are those of the connection guide.
type partner struct {
	name  string   // in the guide's URL
	needs []string // programs
	// fetchesOne says that the guide's line fetches one file, not all.
	fetchesOne bool
	// cannot is a key that the program cannot fetch, and ends at before it has fetched anything.
	cannot string
	// part prints the bytes from..to of a key, the last one included.
	part func(c cli, key, from, to string) (string, error)
	// remove deletes a key below the location.
	remove func(c cli, key string) (string, error)
	// refused is what the program tries and may not.
	refused func(c cli, o others) []attempt
}

// attempt is one thing that must be refused.
type attempt struct {
	name string
	run  func() (string, error)
}

// others is what lies around a location: another unit's, files of which a partner knows the keys, and a file to upload.
type others struct {
	account        // the other unit's location
	theirs  string // key of a file in it
	mine    string // key of a file in the partner's own location
	upload  string // path of a small file
	large   string // path of a file that clients upload in parts
}

// shorter is a prefix that the location's begins with.
func (a account) shorter() string { return a.Prefix[:len(a.Prefix)-2] }

var partners = []partner{
	{
		name: "rclone", needs: []string{"rclone"},
		part: func(c cli, key, from, to string) (string, error) {
			return c.rclone("cat", "--offset", from, "--count", length(from, to), "sea:"+c.Bucket+"/"+key)
		},
		remove:  func(c cli, key string) (string, error) { return c.rclone("deletefile", "sea:"+c.Bucket+"/"+key) },
		refused: rcloneRefused,
	},
	{
		name: "aws-cli", needs: []string{"aws"},
		part: func(c cli, key, from, to string) (string, error) {
			out, err := c.aws("s3api", "get-object", "--bucket", c.Bucket, "--key", key, "--range", "bytes="+from+"-"+to, "part")
			if err != nil {
				return out, err
			}
			return c.run(nil, "cat", "part")
		},
		remove:  func(c cli, key string) (string, error) { return c.aws("s3", "rm", "s3://"+c.Bucket+"/"+key) },
		refused: awsRefused,
	},
	{
		name: "s5cmd", needs: []string{"s5cmd"}, // it has no ranges
		remove:  func(c cli, key string) (string, error) { return c.s5cmd("rm", "--raw", "s3://"+c.Bucket+"/"+key) },
		refused: s5cmdRefused,
	},
	{
		name: "s3cmd", needs: []string{"s3cmd"}, // its ranges are those of --continue
		cannot:  "line\nbreak.txt", // it asks for another key than it listed
		remove:  func(c cli, key string) (string, error) { return c.s3cmd("del", "s3://"+c.Bucket+"/"+key) },
		refused: s3cmdRefused,
	},
	{
		name: "boto3", needs: []string{"python3"},
		part: func(c cli, key, from, to string) (string, error) {
			return c.python("print(s3.get_object(Bucket=sys.argv[2], Key=sys.argv[3], Range='bytes='+sys.argv[4])['Body'].read().decode(), end='')",
				c.Bucket, key, from+"-"+to)
		},
		remove: func(c cli, key string) (string, error) {
			return c.python("s3.delete_object(Bucket=sys.argv[2], Key=sys.argv[3])", c.Bucket, key)
		},
		refused: boto3Refused,
	},
	{
		name: "curl", needs: []string{"curl"}, fetchesOne: true,
		part:    func(c cli, key, from, to string) (string, error) { return c.curl("--range", from+"-"+to, c.at(key)) },
		remove:  func(c cli, key string) (string, error) { return c.curl("--request", "DELETE", c.at(key)) },
		refused: curlRefused,
	},
}

// installed skips or fails the test unless the partner's programs are there.
func (p partner) installed(t *testing.T) {
	t.Helper()
	needPrograms(t, p.needs...)
	if p.name == "boto3" && exec.CommandContext(t.Context(), "python3", "-c", "import boto3").Run() != nil {
		lacking(t, needClients, "boto3")
	}
}

// wantAttemptsRefused expects S3 to refuse each attempt.
func wantAttemptsRefused(t *testing.T, attempts []attempt) {
	t.Helper()
	for _, try := range attempts {
		out, err := try.run()
		if err == nil {
			t.Errorf("%s: not refused\n%s", try.name, tail(out, 5))
			continue
		}
		if !refusedByS3(out) {
			t.Errorf("%s: fails for another reason: %v\n%s", try.name, err, tail(out, 5))
		}
	}
}

func refusedByS3(out string) bool {
	for _, word := range []string{"AccessDenied", "Access Denied", "is not authorized to perform", "Forbidden", "403"} {
		if strings.Contains(out, word) {
			return true
		}
	}
	return false
}
