package account

import (
	"net/mail"
	"strings"
	"unicode"
	"unicode/utf8"

	"seaportal/internal/fault"
	"seaportal/models"
)

const (
	minPassword = 12   // characters; NIST SP 800-63B asks for 8 or more
	maxPassword = 1024 // bytes: no reason to hash novels
	maxEmail    = 254  // bytes; RFC 5321, 4.5.3.1.3, less the angle brackets
	maxName     = 120  // characters
)

func normal(email string) string { return strings.ToLower(trim(email)) }

func trim(text string) string { return strings.TrimSpace(text) }

// check validates an account; the e-mail is in its normal form.
func check(email, name string, role models.Role, password string) error {
	var bad []fault.Field
	complain := func(field, msg string) {
		if msg != "" {
			bad = append(bad, fault.Field{Name: field, Msg: msg})
		}
	}
	complain("email", emailComplaint(email))
	switch {
	case utf8.RuneCountInString(name) > maxName:
		complain("name", "Use at most 120 characters.")
	case !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl):
		complain("name", "Use no line breaks or other control characters.")
	}
	if !role.Valid() {
		complain("role", "Choose administrator or viewer.")
	}
	complain("password", passwordComplaint(password, email))
	return fault.BadInput(bad...)
}

func emailComplaint(email string) string {
	if email == "" {
		return "Enter an e-mail address."
	}
	if len(email) > maxEmail {
		return "Use at most 254 characters."
	}
	address, err := mail.ParseAddress(email)
	if err != nil || address.Address != email || strings.ContainsFunc(email, unicode.IsControl) {
		return "Enter an e-mail address such as name@example.com."
	}
	return ""
}

func passwordComplaint(password, email string) string {
	switch {
	case utf8.RuneCountInString(password) < minPassword:
		return "Use at least 12 characters."
	case len(password) > maxPassword:
		return "Use at most 1,024 bytes."
	case strings.EqualFold(password, email):
		return "Use something else than the e-mail address."
	}
	return ""
}
