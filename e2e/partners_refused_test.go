package e2e

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// tries makes an attempt of each line of arguments, by name.
func tries(run func(args ...string) (string, error), lines map[string][]string) []attempt {
	var all []attempt
	for name, args := range lines {
		all = append(all, attempt{name, func() (string, error) { return run(args...) }})
	}
	return all
}

// awsRefused leaves the calls that change ACLs and policies to boto3, which sends the same ones: each start of the program takes long.
func awsRefused(c cli, o others) []attempt {
	at, planted := "s3://"+c.Bucket+"/", c.url()+"planted-by-aws"
	api := func(call string, more ...string) []string {
		return append([]string{"s3api", call, "--bucket", c.Bucket}, more...)
	}
	return tries(c.aws, map[string][]string{
		"list the buckets":            {"s3", "ls"},
		"list the root":               {"s3", "ls", at},
		"list another unit":           {"s3", "ls", o.url()},
		"list what the prefix begins": {"s3", "ls", at + c.shorter()},
		"read another unit's":         {"s3", "cp", "s3://" + c.Bucket + "/" + o.theirs, "."},
		"delete another unit's":       {"s3", "rm", "s3://" + c.Bucket + "/" + o.theirs},
		"write":                       {"s3", "cp", o.upload, planted},
		"write in parts":              {"s3", "cp", o.large, planted},
		"read the bucket's ACL":       api("get-bucket-acl"),
		"read the policy":             api("get-bucket-policy"),
		"list versions":               api("list-object-versions", "--prefix", c.Prefix),
		"start a multipart upload":    api("create-multipart-upload", "--key", c.Prefix+"planted-by-aws"),
	})
}

func rcloneRefused(c cli, o others) []attempt {
	at, mine, planted := "sea:"+c.Bucket+"/", "sea:"+c.Bucket+"/"+o.mine, c.remote()+"planted-by-rclone"
	return tries(c.rclone, map[string][]string{
		"list the buckets":            {"lsd", "sea:"},
		"list the root":               {"lsf", at},
		"list another unit":           {"lsf", "sea:" + o.Bucket + "/" + o.Prefix},
		"list what the prefix begins": {"lsf", at + c.shorter()},
		"read another unit's":         {"cat", at + o.theirs},
		"delete another unit's":       {"delete", at + o.Prefix},
		"write":                       {"copyto", o.upload, planted},
		"write in parts":              {"copyto", "--s3-upload-cutoff", "0", "--s3-chunk-size", "5M", o.large, planted},
		"write over":                  {"copyto", "--ignore-times", o.upload, mine},
		"copy":                        {"copyto", mine, planted},
		"list versions":               {"lsf", "--s3-versions", c.remote()},
		"make a bucket":               {"mkdir", "--s3-no-check-bucket=false", "sea:planted-by-rclone"},
		"list multipart uploads":      {"backend", "list-multipart-uploads", at},
	})
}

func s5cmdRefused(c cli, o others) []attempt {
	at, mine, planted := "s3://"+c.Bucket+"/", "s3://"+c.Bucket+"/"+o.mine, c.url()+"planted-by-s5cmd"
	return tries(c.s5cmd, map[string][]string{
		"list the buckets":             {"ls"},
		"list the root":                {"ls", at},
		"list another unit":            {"ls", o.url()},
		"list what the prefix begins":  {"ls", at + c.shorter() + "*"},
		"read another unit's":          {"cat", at + o.theirs},
		"delete another unit's":        {"rm", at + o.theirs},
		"write":                        {"cp", o.upload, planted},
		"write in parts":               {"cp", "--part-size", "5", o.large, planted},
		"write with an ACL":            {"cp", "--acl", "public-read", o.upload, planted},
		"copy":                         {"cp", "--raw", mine, planted},
		"list versions":                {"ls", "--all-versions", c.url()},
		"read whether it is versioned": {"bucket-version", "s3://" + c.Bucket},
		"make a bucket":                {"mb", "s3://planted-by-s5cmd"},
	})
}

func s3cmdRefused(c cli, o others) []attempt {
	policy := filepath.Join(c.home, "policy.json")
	if err := os.WriteFile(policy, []byte("{}"), 0o600); err != nil {
		c.t.Fatal(err)
	}
	at, mine, planted := "s3://"+c.Bucket+"/", "s3://"+c.Bucket+"/"+o.mine, c.url()+"planted-by-s3cmd"
	return tries(c.s3cmd, map[string][]string{
		"list the buckets":            {"ls"},
		"list the root":               {"ls", at},
		"list another unit":           {"ls", o.url()},
		"list what the prefix begins": {"ls", at + c.shorter()},
		"read another unit's":         {"get", at + o.theirs, "theirs"},
		"delete another unit's":       {"del", at + o.theirs},
		"write":                       {"put", o.upload, planted},
		"write in parts":              {"put", "--multipart-chunk-size-mb=5", o.large, planted},
		"copy":                        {"cp", mine, planted},
		"write a file's ACL":          {"setacl", "--acl-public", mine},
		"write the policy":            {"setpolicy", policy, "s3://" + c.Bucket},
		"list multipart uploads":      {"multipart", "s3://" + c.Bucket},
		"make a bucket":               {"mb", "s3://planted-by-s3cmd"},
	})
}

func curlRefused(c cli, o others) []attempt {
	bucket, mine, planted := c.Endpoint+"/"+c.Bucket, c.at(o.mine), c.at(c.Prefix+"planted-by-curl")
	list := func(prefix string) []string {
		return []string{bucket + "?list-type=2&prefix=" + strings.ReplaceAll(prefix, "/", "%2F")}
	}
	return tries(c.curl, map[string][]string{
		"list the buckets":            {c.Endpoint + "/"},
		"list the root":               list(""),
		"list another unit":           list(o.Prefix),
		"list what the prefix begins": list(c.shorter()),
		"read another unit's":         {c.at(o.theirs)},
		"delete another unit's":       {"--request", "DELETE", c.at(o.theirs)},
		"write":                       {"--upload-file", o.upload, planted},
		"write over":                  {"--upload-file", o.upload, mine},
		"read the bucket's ACL":       {bucket + "?acl="},
		"read a file's ACL":           {mine + "?acl="},
		"read the policy":             {bucket + "?policy="},
		"list versions":               {bucket + "?prefix=" + strings.ReplaceAll(c.Prefix, "/", "%2F") + "&versions="},
		"start a multipart upload":    {"--request", "POST", planted + "?uploads="},
		"list multipart uploads":      {bucket + "?uploads="},
		"delete the bucket":           {"--request", "DELETE", bucket},
	})
}

// boto3Calls prints each call that was not refused, or for another reason. Uploads have connections of their own: boto3 does not
// always send the body of one that was refused early, and then the next request on that connection is read as the body.
const boto3Calls = `
bucket, prefix, mine, theirs, begins, other = sys.argv[2:8]
at = dict(Bucket=bucket, Key=prefix + "planted-by-boto3")
calls = {
    "list the buckets": lambda: s3.list_buckets(),
    "list the root": lambda: s3.list_objects_v2(Bucket=bucket),
    "list another unit": lambda: s3.list_objects_v2(Bucket=bucket, Prefix=other),
    "list what the prefix begins": lambda: s3.list_objects_v2(Bucket=bucket, Prefix=begins),
    "list by the old call": lambda: s3.list_objects(Bucket=bucket, Prefix=begins),
    "read another unit's": lambda: s3.get_object(Bucket=bucket, Key=theirs),
    "look at another unit's": lambda: s3.head_object(Bucket=bucket, Key=theirs),
    "delete another unit's": lambda: s3.delete_object(Bucket=bucket, Key=theirs),
    "write": lambda: client().put_object(Body=b"x", **at),
    "copy": lambda: s3.copy_object(CopySource=bucket + "/" + mine, **at),
    "copy another unit's": lambda: s3.copy_object(CopySource=bucket + "/" + theirs, **at),
    "read the bucket's ACL": lambda: s3.get_bucket_acl(Bucket=bucket),
    "write the bucket's ACL": lambda: s3.put_bucket_acl(Bucket=bucket, ACL="public-read"),
    "read a file's ACL": lambda: s3.get_object_acl(Bucket=bucket, Key=mine),
    "write a file's ACL": lambda: s3.put_object_acl(Bucket=bucket, Key=mine, ACL="public-read"),
    "read the policy": lambda: s3.get_bucket_policy(Bucket=bucket),
    "write the policy": lambda: s3.put_bucket_policy(Bucket=bucket, Policy="{}"),
    "delete the policy": lambda: s3.delete_bucket_policy(Bucket=bucket),
    "list versions": lambda: s3.list_object_versions(Bucket=bucket, Prefix=prefix),
    "read a version": lambda: s3.get_object(Bucket=bucket, Key=mine, VersionId="null"),
    "read whether it is versioned": lambda: s3.get_bucket_versioning(Bucket=bucket),
    "start a multipart upload": lambda: s3.create_multipart_upload(**at),
    "upload a part": lambda: client().upload_part(UploadId="x", PartNumber=1, Body=b"x", **at),
    "list multipart uploads": lambda: s3.list_multipart_uploads(Bucket=bucket, Prefix=prefix),
    "tag a file": lambda: s3.put_object_tagging(Bucket=bucket, Key=mine, Tagging={"TagSet": []}),
    "look at the bucket": lambda: s3.head_bucket(Bucket=bucket),
    "delete the bucket": lambda: s3.delete_bucket(Bucket=bucket),
    "make a bucket": lambda: s3.create_bucket(Bucket="planted-by-boto3"),
}
for name, call in calls.items():
    try:
        call()
        print("not refused:", name)
    except ClientError as e:
        if e.response["Error"]["Code"] not in ("AccessDenied", "403"):
            print("refused for another reason:", name, e)
gone = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": theirs}]})
if [e["Code"] for e in gone.get("Errors", [])] != ["AccessDenied"]:
    print("not refused: delete many,", gone)
print(len(calls) + 1, "calls")
`

// boto3Refused makes all calls in one process: each start of Python takes longer than they do.
func boto3Refused(c cli, o others) []attempt {
	out, err := c.python(boto3Calls, c.Bucket, c.Prefix, o.mine, o.theirs, c.shorter(), o.Prefix)
	if err != nil || strings.Contains(out, "refused") || !strings.Contains(out, " calls") {
		c.t.Errorf("boto3: %v\n%s", err, out)
	}
	return nil
}

// length is how many bytes there are from one to another, the last one included.
func length(from, to string) string {
	first, err := strconv.Atoi(from)
	if err != nil {
		return from
	}
	last, err := strconv.Atoi(to)
	if err != nil {
		return to
	}
	return strconv.Itoa(last - first + 1)
}
