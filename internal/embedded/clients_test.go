package embedded_test

import (
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seaportal/internal/testkit/need"
)

// printable are the odd keys that a line of a program's output can hold.
var printable = []string{
	"odd/a b.wav", "odd/deep er/x+y.wav", "odd/emoji 🎧.wav", "odd/per%2Fcent.wav", "odd/plus+plus.wav", `odd/quo"te's.wav`, "odd/ü~*().wav",
}

const boto3Listing = `
import boto3, sys
s3 = boto3.client("s3", endpoint_url=sys.argv[1])
for page in s3.get_paginator("list_objects_v2").paginate(Bucket=sys.argv[2], Prefix="odd/", PaginationConfig={"PageSize": 2}):
    for found in page["Contents"]:
        print(found["Key"])
`

// TestClientsListOddKeys runs the programs that ask for URL-encoded listings.
func TestClientsListOddKeys(t *testing.T) {
	t.Parallel()
	r := shared(t)
	bucket, client := r.bucket(t, "odd-clients"), r.operator(t)
	for _, key := range printable {
		put(t, client, bucket, key, "x")
	}
	endpoint, err := url.Parse(r.server.S3Endpoint())
	if err != nil {
		t.Fatal(err)
	}
	s3cmd := []string{"--config=/dev/null", "--no-ssl", "--access_key=" + rootKey, "--secret_key=" + rootSec, "--region=" + region, "--host=" + endpoint.Host, "--host-bucket=" + endpoint.Host}
	for _, test := range []struct {
		name    string
		program string
		args    []string
		key     func(line string) string
	}{
		{
			name: "rclone", program: "rclone", args: []string{"lsf", "--recursive", "--files-only", "sea:" + bucket + "/odd"},
			key: func(line string) string { return "odd/" + line },
		},
		{
			name: "s3cmd", program: "s3cmd", args: append(s3cmd, "ls", "--recursive", "s3://"+bucket+"/odd/"),
			key: func(line string) string { return line[strings.Index(line, "odd/"):] },
		},
		{
			name: "aws", program: "aws", args: []string{"--endpoint-url", r.server.S3Endpoint(), "s3", "ls", "--recursive", "--page-size", "2", "s3://" + bucket + "/odd/"},
			key: func(line string) string { return line[strings.Index(line, "odd/"):] },
		},
		{
			name: "boto3", program: "python3", args: []string{"-c", boto3Listing, r.server.S3Endpoint(), bucket},
			key: func(line string) string { return line },
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			lines := strings.Split(strings.TrimSpace(runClient(t, r, test.program, test.args)), "\n")
			var got []string
			for _, line := range lines {
				got = append(got, test.key(line))
			}
			slices.Sort(got)
			if diff := cmp.Diff(slices.Sorted(slices.Values(printable)), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// runClient runs a client program as the operator and gives what it printed. A
// program that is not installed is skipped, unless SEA_TEST_REQUIRE says that
// clients are.
func runClient(t *testing.T, r *rig, program string, args []string) string {
	t.Helper()
	if program == "python3" && exec.CommandContext(t.Context(), program, "-c", "import boto3").Run() != nil {
		t.Skip("boto3 is missing") // no partner is promised it
	}
	command := exec.CommandContext(t.Context(), need.Program(t, need.Clients, program), args...)
	command.Env = append(os.Environ(), "PYTHONUTF8=1", "AWS_ACCESS_KEY_ID="+rootKey, "AWS_SECRET_ACCESS_KEY="+rootSec, "AWS_DEFAULT_REGION="+region,
		"RCLONE_CONFIG_SEA_TYPE=s3", "RCLONE_CONFIG_SEA_PROVIDER=Other", "RCLONE_CONFIG_SEA_ENDPOINT="+r.server.S3Endpoint(),
		"RCLONE_CONFIG_SEA_REGION="+region, "RCLONE_CONFIG_SEA_ACCESS_KEY_ID="+rootKey, "RCLONE_CONFIG_SEA_SECRET_ACCESS_KEY="+rootSec)
	command.Env = slices.DeleteFunc(command.Env, func(set string) bool { return strings.HasPrefix(set, "AWS_CA_BUNDLE=") }) // rclone fails on it
	var complaints strings.Builder
	command.Stderr = &complaints
	out, err := command.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", program, err, complaints.String())
	}
	return string(out)
}
