package path

import (
	"encoding/base64"
	"net/url"
	"strconv"
)

// Credentials shows the unit's credential set, and generates one by POST.
func Credentials(slug string) string { return unit(slug, "credentials") }

// RegenerateCredentials tells what regenerating does, and does it by POST.
func RegenerateCredentials(slug string) string { return unit(slug, "credentials", "regenerate") }

// RevokeCredentials tells what revoking does, and does it by POST.
func RevokeCredentials(slug string) string { return unit(slug, "credentials", "revoke") }

// AcknowledgeCredentials confirms that the secret was saved; POST only.
func AcknowledgeCredentials(slug string) string { return unit(slug, "credentials", "acknowledge") }

// SaveCredentials makes a file of the set that a page has just shown; POST only.
func SaveCredentials(slug string) string { return unit(slug, "credentials", "bundle") }

// Connect is the connection guide of every client.
func Connect(slug string) string { return unit(slug, "connect") }

// ConnectClient is the connection guide of one client.
func ConnectClient(slug, client string) string { return unit(slug, "connect", client) }

// CredentialProgress is the part of the page that tells how far the making of a set is.
func CredentialProgress(slug string) string { return unit(slug, "credentials", "progress") }

// TestCredentials tells what testing the connection does, and does it by POST.
func TestCredentials(slug string) string { return unit(slug, "credentials", "test") }

// AllowedAddresses sets from where the credential set may be used; POST only.
func AllowedAddresses(slug string) string { return unit(slug, "settings", "addresses") }

// AllowedAddressesForm is where that is set on the unit's settings.
func AllowedAddressesForm(slug string) string { return unit(slug, "settings") + "#addresses" }

// Encryption tells which keys the unit's files rest under, and sets the one for new files by POST.
func Encryption(slug string) string { return unit(slug, "settings", "encryption") }

// DisableKey asks before a key is disabled, and does it by POST.
func DisableKey(slug, arn string) string {
	page := unit(slug, "settings", "encryption", "disable")
	if arn == "" {
		return page
	}
	return page + "?" + url.Values{"key": {arn}}.Encode()
}

// EnableKey makes a disabled key work again; POST only.
func EnableKey(slug string) string { return unit(slug, "settings", "encryption", "enable") }

// Rules lists the unit's rules, and creates one by POST.
func Rules(slug string) string { return unit(slug, "rules") }

// NewRule is the empty composer.
func NewRule(slug string) string { return unit(slug, "rules", "new") }

// PreviewRule reads a composed rule back without changing anything; POST only.
func PreviewRule(slug string) string { return unit(slug, "rules", "preview") }

// Rule shows one rule, and takes its edits by POST.
func Rule(slug string, id int64) string { return unit(slug, "rules", number(id)) }

// EditRule is the composer filled with a rule.
func EditRule(slug string, id int64) string { return unit(slug, "rules", number(id), "edit") }

// PauseRule stops a rule for the time being; POST only.
func PauseRule(slug string, id int64) string { return unit(slug, "rules", number(id), "pause") }

// ResumeRule turns a paused or draft rule on; POST only.
func ResumeRule(slug string, id int64) string { return unit(slug, "rules", number(id), "resume") }

// RaiseRule exchanges a rule with the one just before it; POST only.
func RaiseRule(slug string, id int64) string { return unit(slug, "rules", number(id), "raise") }

// DeleteRule asks before a rule goes, and lets it go by POST.
func DeleteRule(slug string, id int64) string { return unit(slug, "rules", number(id), "delete") }

// RuleVersions lists every version of a rule, and compares two that are given as was and is.
func RuleVersions(slug string, id int64) string { return unit(slug, "rules", number(id), "versions") }

// RuleVersion is one version in that list.
func RuleVersion(slug string, id int64, version int) string {
	return RuleVersions(slug, id) + "#version-" + strconv.Itoa(version)
}

// Simulate looks at the unit's next 30 days.
func Simulate(slug string) string { return unit(slug, "simulate") }

// Files lists the unit's placements.
func Files(slug string) string { return unit(slug, "files") }

// FilesWith is the list narrowed by query values: q, status, rule, downloaded, after, before. Empty values are left out.
func FilesWith(slug string, query url.Values) string { return with(Files(slug), query) }

// File is the page of one placement.
func File(slug string, id int64) string { return unit(slug, "files", number(id)) }

// DownloadFile redirects to the file's bytes.
func DownloadFile(slug string, id int64) string { return unit(slug, "files", number(id), "download") }

// RetryFile queues a failed placement again; POST only.
func RetryFile(slug string, id int64) string { return unit(slug, "files", number(id), "retry") }

// RetryFailed queues every failed placement of the unit again; POST only.
func RetryFailed(slug string) string { return unit(slug, "files", "retry-failed") }

// HoldFile keeps a placed file from expiring; POST only.
func HoldFile(slug string, id int64) string { return unit(slug, "files", number(id), "hold") }

// ReleaseFile ends a file's hold; POST only.
func ReleaseFile(slug string, id int64) string { return unit(slug, "files", number(id), "release") }

// DeleteFiles asks before the files given as id go, and removes them by POST.
func DeleteFiles(slug string) string { return unit(slug, "files", "delete") }

// FileLinks is the form for a share link to the files given as id, and makes it by POST.
func FileLinks(slug string) string { return unit(slug, "files", "links") }

// ForFile adds the placement that a form page is about: DeleteFiles and FileLinks read it as id.
func ForFile(page string, id int64) string { return with(page, url.Values{"id": {number(id)}}) }

// ZipFiles sends the files given as id as one ZIP.
func ZipFiles(slug string) string { return unit(slug, "files", "zip") }

// PresignedURL is the form for a presigned URL of a file, and makes it by POST.
func PresignedURL(slug string, id int64) string { return unit(slug, "files", number(id), "presigned") }

// Manifest lists files as csv or, signed, as json, given as format: those given as id, or with all set those that the
// list's filters match. Empty values are left out.
func Manifest(slug string, query url.Values) string {
	return with(unit(slug, "files", "manifest"), query)
}

// Unfetched is the report of files that are deleted soon and that nobody has fetched.
func Unfetched(slug string) string { return unit(slug, "unfetched") }

// UnfetchedExport is the same as a CSV file.
func UnfetchedExport(slug string) string { return unit(slug, "unfetched.csv") }

// Within is a page of that report, or its export, for so many days ahead, from a place in it on; empty is the beginning.
func Within(report string, days int, from string) string {
	return with(report, url.Values{"days": {strconv.Itoa(days)}, "from": {from}})
}

// Links lists the share links that were issued.
func Links(slug string) string { return unit(slug, "links") }

// LinksWith is the list narrowed by query values: state, file, after, before. Empty values are left out.
func LinksWith(slug string, query url.Values) string { return with(Links(slug), query) }

// RevokeLinks asks before every share link of the unit ends, and ends them by POST: all, or those to the file given as file.
func RevokeLinks(slug string) string { return unit(slug, "links", "revoke") }

// RevokeFileLinks asks before every share link to a file ends.
func RevokeFileLinks(slug string, file int64) string {
	return with(RevokeLinks(slug), url.Values{"file": {number(file)}})
}

// Link is the page of one share link.
func Link(slug string, id int64) string { return unit(slug, "links", number(id)) }

// ExtendLink makes a share link last longer; POST only.
func ExtendLink(slug string, id int64) string { return unit(slug, "links", number(id), "extend") }

// RevokeLink asks before a share link ends, and ends it by POST.
func RevokeLink(slug string, id int64) string { return unit(slug, "links", number(id), "revoke") }

// Strangers lists the objects in the unit's SEA location that no placement explains.
func Strangers(slug string) string { return unit(slug, "strangers") }

// StrangersAfter is the page of them that follows a key. The key may hold any bytes, which an address cannot: it is
// base64url, unpadded.
func StrangersAfter(slug, key string) string {
	return with(Strangers(slug), url.Values{"after": {base64.RawURLEncoding.EncodeToString([]byte(key))}})
}

// Catalogue lists the files of active storage, placed or not.
func Catalogue(slug string) string { return unit(slug, "catalogue") }

// CatalogueWith is the list narrowed by query values: q, state, rule, after, before. Empty values are left out.
func CatalogueWith(slug string, query url.Values) string { return with(Catalogue(slug), query) }

// CatalogueFile tells why a file of active storage was placed, or was not.
func CatalogueFile(slug string, id int64) string { return unit(slug, "catalogue", number(id)) }

func with(page string, query url.Values) string {
	for name, values := range query {
		if len(values) == 1 && values[0] == "" {
			query.Del(name)
		}
	}
	if len(query) == 0 {
		return page
	}
	return page + "?" + query.Encode()
}
