package views

import (
	"net/url"
	"strconv"

	"seaportal/internal/credential/bundle"
)

// otherWord gives what a client says when it speaks HTTPS to this endpoint, where that speaks HTTP, and the other way round.
func otherWord(s target, toHTTP, toHTTPS string) string {
	if s.Secure() {
		return toHTTPS
	}
	return toHTTP
}

// schemeMismatch is what that means.
func schemeMismatch(s target, setting string) string {
	if s.Secure() {
		return "It spoke HTTP, and this endpoint speaks HTTPS only: correct " + setting + "."
	}
	return "It spoke HTTPS, and this endpoint speaks HTTP: correct " + setting + "."
}

func rclone(s target) guide {
	at := bundle.Profile + ":" + s.Location
	return guide{
		id: "rclone", client: "rclone",
		files: []pair{{"rclone.conf (rclone config file says where)", s.Rclone()}},
		run:   commands("rclone lsf "+s.trust("--ca-cert "+authorityFile+" ")+"--recursive "+word(at), "rclone copy "+s.trust("--ca-cert "+authorityFile+" ")+"--checksum "+word(at)+" ./in"),
		errors: []pair{
			{"It lists and copies nothing, without an error", "The folder is empty, or the path is mistyped below " + s.Location + ": rclone does not tell the two apart."},
			{otherWord(s, "server gave HTTP response to HTTPS client", "EOF"), schemeMismatch(s, "endpoint")},
		},
	}
}

// awsAt is what every command of AWS CLI ends in. Versions before the middle of 2023 do not read the endpoint from a file.
func awsAt(s target) string {
	at := " --profile " + bundle.Profile
	if !s.Amazon {
		at += " --endpoint-url " + word(s.Endpoint)
	}
	return at + s.trust(" --ca-bundle "+authorityFile)
}

func awsCLI(s target) guide {
	return guide{
		id: "aws-cli", client: "AWS CLI",
		files: []pair{{"~/.aws/credentials", s.AWSCredentials()}, {"~/.aws/config", s.AWSConfig()}},
		run: commands("aws s3 ls --recursive "+word("s3://"+s.Location)+awsAt(s),
			"aws s3 sync "+word("s3://"+s.Location)+" ./in"+awsAt(s)),
		errors: []pair{
			{"aws s3 ls prints nothing and exits with 1", "The folder is empty, or the path is mistyped below " + s.Location + "."},
			{otherWord(s, "SSL validation failed … wrong version number", "Connection was closed before we received a valid response"), schemeMismatch(s, "the endpoint")},
		},
	}
}

func s5cmd(s target) guide {
	begin, note := s.trust("AWS_CA_BUNDLE="+authorityFile+" ")+"s5cmd --profile "+bundle.Profile, windowsQuotes
	if s.own {
		note += " There, write set AWS_CA_BUNDLE=" + authorityFile + " on a line before."
	}
	if !s.Amazon {
		begin += " --endpoint-url " + word(s.Endpoint)
	}
	return guide{
		id: "s5cmd", client: "s5cmd",
		files: []pair{{"~/.aws/credentials", s.AWSCredentials()}, {"~/.aws/config", s.AWSConfig()}},
		run: commands(begin+" ls "+word("s3://"+s.Location+"*"),
			begin+" cp "+word("s3://"+s.Location+"*")+" ./in/"),
		note: note,
		errors: []pair{
			{"session: fetching region failed: Forbidden", "The region is missing in ~/.aws/config. The line below it says what else is wrong: often SignatureDoesNotMatch, a mistyped secret."},
			{"no object found", "The folder is empty, or the path is mistyped. The asterisk belongs to it."},
		},
	}
}

func s3cmd(s target) guide {
	return guide{
		id: "s3cmd", client: "s3cmd",
		files: []pair{{"~/.s3cfg", s.S3cfg()}},
		run: commands("s3cmd "+s.trust("--ca-certs="+authorityFile+" ")+"ls --recursive "+word("s3://"+s.Location),
			"mkdir -p in && s3cmd "+s.trust("--ca-certs="+authorityFile+" ")+"get --recursive --skip-existing "+word("s3://"+s.Location)+" ./in/"),
		errors: []pair{
			{"Access to bucket '" + s.Bucket() + "' was denied", "The path is missing: s3cmd asked for the bucket's root. Give it " + s.Location + " with the slash at its end."},
			{otherWord(s, "SSL certificate verification failure … wrong version number", "Retrying failed request … Remote end closed connection"), schemeMismatch(s, "use_https")},
		},
	}
}

func boto3(s target) guide {
	at := `    endpoint_url=` + strconv.Quote(s.Endpoint) + `, config=Config(s3={"addressing_style": "path"}),`
	if s.Amazon {
		at = `    config=Config(),`
	}
	if s.own {
		at += ` verify=` + strconv.Quote(authorityFile) + `,`
	}
	return guide{
		id: "boto3", client: "Python, boto3",
		files: []pair{{"sea.py", lines(
			`import os, sys`,
			`import boto3`,
			`from botocore.config import Config`,
			``,
			`bucket, prefix = `+strconv.Quote(s.Bucket())+`, `+strconv.Quote(s.Prefix()),
			`s3 = boto3.client(`,
			`    "s3", region_name=`+strconv.Quote(s.Region)+`,`,
			at,
			`    aws_access_key_id=`+strconv.Quote(s.AccessKeyID)+`,`,
			`    aws_secret_access_key=`+strconv.Quote(s.Secret.Reveal())+`,`,
			`)`,
			`for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):`,
			`    for found in page.get("Contents", []):`,
			`        parts = found["Key"][len(prefix):].split("/")`,
			`        if parts[-1] == "" or ".." in parts:`,
			`            continue  # a folder, or a name that leads elsewhere`,
			`        print(found["Size"], "/".join(parts))`,
			`        if "fetch" in sys.argv:`,
			`            target = os.path.join("in", *parts)`,
			`            os.makedirs(os.path.dirname(target), exist_ok=True)`,
			`            s3.download_file(bucket, found["Key"], target)`,
		)}},
		run: commands("python3 sea.py list", "python3 sea.py fetch"),
		errors: []pair{
			{"ClientError: … (AccessDenied) when calling the ListObjectsV2 operation", "The prefix is missing or mistyped: it is " + s.Prefix() + " with the slash at its end."},
			{otherWord(s, "SSLError: SSL validation failed … wrong version number", "ConnectionClosedError: Connection was closed"), schemeMismatch(s, "endpoint_url")},
		},
	}
}

// windowsQuotes is for commands whose quotes matter.
const windowsQuotes = "In the command prompt of Windows, write double quotes for the single ones."

// curlFile is what stands for a file's name in curl's commands.
const curlFile = "FILE"

func curl(s target) guide {
	bucket := s.Endpoint + "/" + s.Bucket()
	if s.Amazon {
		bucket = "https://" + s.Bucket() + "." + s.Host()
	}
	list := bucket + "?list-type=2&prefix=" + url.QueryEscape(s.Prefix())
	return guide{
		id: "curl", client: "curl",
		files: []pair{{"sea.curl", curlFileOf(s)}},
		run: []command{
			{"list", listing, "curl --config sea.curl " + word(list)},
			{"fetch", "Fetch one file", "curl --config sea.curl --remote-name " + word(bucket+"/"+s.Prefix()+curlFile)},
		},
		note: curlFile + " is the file's name with everything but letters, digits and -._~/ percent-encoded. An interrupted file goes on with --continue-at -. " + windowsQuotes,
		errors: []pair{
			{"(22) 403, and SignatureDoesNotMatch", "The secret is mistyped, or a character of the name is not percent-encoded: curl signs the address as it is written."},
			{otherWord(s, "(35) wrong version number", "(52) Empty reply from server"), schemeMismatch(s, "the address")},
		},
	}
}

// curlFileOf is what curl reads besides the address.
func curlFileOf(s target) string {
	all := []string{
		`user = ` + strconv.Quote(s.AccessKeyID+":"+s.Secret.Reveal()),
		`aws-sigv4 = ` + strconv.Quote("aws:amz:"+s.Region+":s3"),
		`header = "x-amz-content-sha256: UNSIGNED-PAYLOAD"`,
		`fail-with-body`,
		`silent`,
		`show-error`,
	}
	if s.own {
		all = append(all, `cacert = `+strconv.Quote(authorityFile))
	}
	return lines(all...)
}
