package views

// answers are S3's own words for what is wrong, which clients pass on more or less.
func answers(s target) []pair {
	all := []pair{
		{"AccessDenied", "The path is not exactly " + s.Location + ", the client tried to write (partners fetch and delete), or it comes from an address that is not allowed."},
		{"InvalidAccessKeyId", "The set was regenerated or revoked. Ask for the new one."},
		{"SignatureDoesNotMatch", "The secret was mistyped, or copied with a space or a line break."},
		{"RequestTimeTooSkewed", "The clock of that computer is more than 15 minutes off."},
		{"NoSuchKey", "The file was deleted, or its 30 days are over."},
	}
	if s.Secure() && !s.Amazon {
		who := " Ask for that authority's certificate and import it; do not turn the check off."
		if s.own {
			who = " It was not told of " + authorityFile + ", or of an older one; do not turn the check off."
		}
		all = append(all, pair{
			"unknown authority, certificate verify failed",
			"The computer does not know who signed the certificate of " + s.Hostname() + "." + who,
		})
	}
	return all
}
