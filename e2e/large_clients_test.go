package e2e

import (
	"fmt"
	"path/filepath"
	"testing"
)

// wantLargeByOthers has the other clients fetch the large file whole, each in its own way: in parts at the same time, or on from where it was
// cut off. Each takes its copy away, for they are large.
func (c cli) wantLargeByOthers(t *testing.T, set account, want string) {
	t.Helper()
	for name, fetch := range map[string]func(to string) (string, error){
		"rclone fetches parts at the same time": func(to string) (string, error) {
			return c.rclone("copyto", "--multi-thread-streams", "4", c.remote()+largeKey, to)
		},
		"s5cmd fetches parts at the same time": func(to string) (string, error) {
			return c.s5cmd("cp", "--concurrency", "4", set.url()+largeKey, to)
		},
		"boto3 fetches parts at the same time": func(to string) (string, error) {
			return c.python("client().download_file(sys.argv[2], sys.argv[3], sys.argv[4])", set.Bucket, set.Prefix+largeKey, to)
		},
		"s3cmd goes on": func(to string) (string, error) {
			if out, err := c.curl("--range", fmt.Sprintf("0-%d", largeSize/2), "--output", to, c.at(set.Prefix+largeKey)); err != nil {
				return out, err
			}
			return c.s3cmd("get", "--continue", "--no-progress", "--quiet", set.url()+largeKey, to)
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := filepath.Join(c.home, "fetched")
			if out, err := fetch(got); err != nil {
				t.Fatalf("%v\n%s", err, tail(out, 10))
			}
			wantSum(t, got, want)
		})
	}
}
