package views

func onOff(s target) string {
	if s.Secure() {
		return "On"
	}
	return "Off"
}

func s3Browser(s target) guide {
	kind := "S3 Compatible Storage"
	if s.Amazon {
		kind = "Amazon S3 Storage"
	}
	return guide{id: "s3-browser", client: "S3 Browser", rows: []pair{
		{"Account type", kind},
		{"REST endpoint", s.Host()},
		{"Access Key ID", s.AccessKeyID},
		{"Secret Access Key", secretStandIn},
		{"Use secure transfer", onOff(s)},
		{"Add external bucket", s.Location},
	}, note: "The last line stands in the menu Buckets, not in the account. The download “AWS credentials” can be imported instead of typing the keys.", errors: []pair{
		{"Access denied when the account opens", "The set may not list buckets, and need not. Add the external bucket " + s.Location + " with the slash at its end."},
		{"The connection is closed, or a TLS error", tlsMismatch(s, "Use secure transfer")},
	}}
}

// ftpStyle is for every client that asks as an FTP client does.
func ftpStyle(s target) guide {
	protocol := "S3 over HTTPS"
	if !s.Secure() {
		protocol = "S3 over HTTP"
	}
	return guide{id: "ftp-style", client: "FTP-style clients", rows: []pair{
		{"Protocol", protocol},
		{"Host", s.Hostname()},
		{"Port", s.Port()},
		{"Access key, or user name", s.AccessKeyID},
		{"Secret, or password", secretStandIn},
		{"Remote path", s.Location},
		{"Secure transfer", onOff(s)},
	}, note: "For clients that are not named here. Some want a slash before the remote path: /" + s.Location, errors: []pair{
		{"Access denied, right after connecting", "The client opened the root. Enter the remote path before you connect; the root cannot be listed."},
		{"403, or the login failed", "The secret or the access key ID is not the current one, or was pasted with a space."},
	}}
}

func cyberduck(s target) guide {
	protocol := "Amazon S3"
	switch {
	case !s.Amazon && !s.Secure():
		protocol = "S3 (HTTP), a profile to install"
	case !s.Amazon:
		protocol = "S3 (deprecated path style requests), a profile to install"
	}
	return guide{id: "cyberduck", client: "Cyberduck", rows: []pair{
		{"Protocol", protocol},
		{"Server", s.Hostname()},
		{"Port", s.Port()},
		{"Access Key ID", s.AccessKeyID},
		{"Secret Access Key", secretStandIn},
		{"Path", "/" + s.Location},
	}, note: "The download “Cyberduck profile” fills in all but the secret: open it with a double click. Other profiles are installed in Preferences, under Profiles.", errors: []pair{
		{"Listing directory / failed, access denied", "The path is missing: enter /" + s.Location + " under More Options, Path."},
		{"Login failed, the signature does not match", "The secret was copied with a space or a line break, or is that of an older set."},
	}}
}

func winSCP(s target) guide {
	encryption, style := "TLS/SSL Implicit encryption", "Path"
	if !s.Secure() {
		encryption = "No encryption"
	}
	if s.Amazon {
		style = "Virtual Host"
	}
	return guide{id: "winscp", client: "WinSCP", rows: []pair{
		{"File protocol", "Amazon S3"},
		{"Encryption", encryption},
		{"Host name", s.Hostname()},
		{"Port number", s.Port()},
		{"Access key ID", s.AccessKeyID},
		{"Secret access key", secretStandIn},
		{"Default region", s.Region},
		{"URL style", style},
		{"Remote directory", "/" + s.Location},
	}, note: "The last three stand under Advanced. The download “WinSCP session” fills in all but the secret: Tools, Import Sites, INI file.", errors: []pair{
		{"Access denied, error listing directory /", "WinSCP opened the root. Set the remote directory: it cannot be found by browsing."},
		{"The connection failed, or a TLS error", tlsMismatch(s, "Encryption")},
	}}
}

func fileZilla(s target) guide {
	g := guide{id: "filezilla-pro", client: "FileZilla Pro", rows: []pair{
		{"Protocol", "S3 - Amazon Simple Storage Service"},
		{"Host", s.Hostname()},
		{"Port", s.Port()},
		{"Access key ID", s.AccessKeyID},
		{"Secret access key", secretStandIn},
		{"Default remote directory", "/" + s.Location},
	}, errors: []pair{
		{"Access denied, failed to retrieve the directory listing", "The default remote directory is missing: it stands in the site manager, under Advanced."},
		{"Could not connect to server", "The host or the port is not the one above, or a firewall is in between."},
	}}
	if !s.Secure() {
		g.note = "FileZilla Pro expects HTTPS. This endpoint speaks HTTP: use another client, or put TLS in front of it."
	}
	return g
}

// tlsMismatch says what to do where a client and the endpoint do not agree on TLS.
func tlsMismatch(s target, setting string) string {
	if s.Secure() {
		return "This endpoint speaks HTTPS only: turn " + setting + " on."
	}
	return "This endpoint speaks HTTP: turn " + setting + " off."
}
