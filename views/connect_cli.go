package views

import "strings"

func lines(all ...string) string { return strings.Join(all, "\n") }

func (c Connect) rclone() guide {
	provider, path := "Other", "force_path_style = true"
	if c.AWS {
		provider, path = "AWS", "force_path_style = false"
	}
	return guide{
		client: "rclone",
		file:   "rclone.conf",
		text: lines("[sea]", "type = s3", "provider = "+provider, "access_key_id = "+c.key(), "secret_access_key = "+secretStandIn,
			"endpoint = "+c.Endpoint, "region = "+c.Region, path, "no_check_bucket = true"),
		run: []pair{
			{"Test: list the folder", "rclone lsf sea:" + c.Location},
			{"Fetch everything", "rclone copy sea:" + c.Location + " ./in --checksum"},
		},
	}
}

func (c Connect) awsCLI() guide {
	at := " --profile sea --region " + c.Region
	if !c.AWS {
		at += " --endpoint-url " + c.Endpoint
	}
	return guide{
		client: "AWS CLI",
		file:   "~/.aws/credentials",
		text:   lines("[sea]", "aws_access_key_id = "+c.key(), "aws_secret_access_key = "+secretStandIn),
		run: []pair{
			{"Test: list the folder", "aws s3 ls s3://" + c.Location + at},
			{"Fetch everything", "aws s3 sync s3://" + c.Location + " ./in" + at},
		},
	}
}

func (c Connect) s3cmd() guide {
	https, host := "False", c.host()
	if c.secure() {
		https = "True"
	}
	bucketHost := host
	if c.AWS {
		bucketHost = "%(bucket)s." + host
	}
	return guide{
		client: "s3cmd",
		file:   "~/.s3cfg",
		text: lines("[default]", "access_key = "+c.key(), "secret_key = "+secretStandIn, "host_base = "+host, "host_bucket = "+bucketHost,
			"bucket_location = "+c.Region, "use_https = "+https, "signature_v2 = False"),
		run: []pair{
			{"Test: list the folder", "s3cmd ls s3://" + c.Location},
			{"Fetch everything", "s3cmd get --recursive s3://" + c.Location + " ./in/"},
		},
	}
}
