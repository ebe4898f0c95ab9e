package views_test

import (
	"strings"

	"seaportal/views"
)

// bundles are the files that a new set is offered as.
var bundles = []views.Bundle{
	{Format: "csv", Label: ".csv", For: "spreadsheets, password managers", Secret: true},
	{Format: "aws-credentials", Label: "AWS credentials", For: "AWS CLI, SDKs, S3 Browser", Secret: true},
	{Format: "cyberduck", Label: "Cyberduck profile", For: "Cyberduck, Mountain Duck"},
}

// connectSamples is the connection guide: of every client and of each, for each kind of endpoint and each state of the folder.
func connectSamples() []sample {
	at := page(home + "/connect")
	show := func(client string, change func(*views.Connect)) views.ConnectShowProps {
		in := views.ConnectShowProps{Unit: unit, Connect: connect, Client: client}
		if change != nil {
			change(&in.Connect)
		}
		return in
	}
	plain := show("", func(c *views.Connect) {
		c.Endpoint, c.Folder = "http://127.0.0.1:9000", views.Folder{}
	})
	amazon := show("", func(c *views.Connect) {
		c.Endpoint, c.AWS, c.Folder = "https://s3.eu-central-1.amazonaws.com", true, views.Folder{Marker: true}
	})
	absurd := show("", func(c *views.Connect) {
		c.Endpoint = "https://[2001:db8::1]:9000"
		c.Location = "sea/it's \"a\" $(test) " + strings.Repeat("very-long/", 40)
	})
	trial := show("", func(c *views.Connect) {
		c.Endpoint, c.Authority = "https://127.0.0.1:9000", "-----BEGIN CERTIFICATE-----\n"+strings.Repeat(strings.Repeat("MIIB", 16)+"\n", 12)+"-----END CERTIFICATE-----\n"
	})
	return []sample{
		{"connect-own-authority", views.ConnectShow(at, trial)},
		{"connect", views.ConnectShow(at, show("", nil))},
		{"connect-rclone", views.ConnectShow(page(home+"/connect/rclone"), show("rclone", nil))},
		{"connect-winscp-viewer", views.ConnectShow(viewer(home+"/connect/winscp"), show("winscp", nil))},
		{"connect-http-no-set", views.ConnectShow(at, withoutSet(plain))},
		{"connect-amazon", views.ConnectShow(at, amazon)},
		{"connect-absurd", views.ConnectShow(at, absurd)},
		{"connect-off", views.ConnectShow(at, views.ConnectShowProps{Unit: unitIn("off")})},
	}
}

func withoutSet(in views.ConnectShowProps) views.ConnectShowProps {
	in.Connect.AccessKeyID = ""
	return in
}
