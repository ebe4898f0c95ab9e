package views_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/a-h/templ"

	"seaportal/internal/rule"
	"seaportal/internal/sealed"
	"seaportal/views"
	"seaportal/views/layout"
	"seaportal/views/ui"
)

// now is the clock of every sample.
var now = time.Date(2026, 11, 23, 9, 52, 0, 0, time.UTC)

// absurd is text that somebody will type or upload one day.
var absurd = "<script>alert(1)</script> \"quotes\" ☕🎧 مرحبا \u202Eevil\nline\x00\xff " + strings.Repeat("very-long/", 500)

// sample is one screen in one state.
type sample struct {
	name string
	view templ.Component
}

func page(at string) layout.Page {
	return layout.Page{
		Actor: layout.Actor{Email: "admin@example.com", Name: "Ada Admin", Role: "Administrator"},
		Path:  at, Now: now,
		May: layout.Permissions{Access: true, Rules: true, Operate: true},
	}
}

func viewer(at string) layout.Page {
	p := page(at)
	p.Actor = layout.Actor{Email: "viewer@example.com", Role: "Viewer"}
	p.May = layout.Permissions{}
	return p
}

var unit = layout.Unit{Slug: "emea-contact-centre", Name: "EMEA Contact Centre", Region: "eu-central-1", State: "enabled"}

func unitIn(state string) layout.Unit {
	u := unit
	u.State = state
	return u
}

// unitWithout is a unit whose SEA was disabled, with what is left in it.
func unitWithout(files, held int64) layout.Unit {
	u := unitIn("off")
	u.Left = &layout.Left{Since: now.Add(-time.Hour), Files: files, Held: held, LastDeleted: now.AddDate(0, 0, 12)}
	return u
}

const home = "/business-units/emea-contact-centre"

var connect = views.Connect{
	Slug: "emea-contact-centre", Folder: views.Folder{Files: 1240}, Endpoint: "https://s3.sea.example.com", Region: "eu-central-1", Location: "sea/emea-contact-centre-4021/", AccessKeyID: "SEAK4F7Q2M9XC1VTB0DZ",
}

func samples() []sample {
	var all []sample
	for _, group := range [][]sample{
		plainSamples(), unitSamples(), credentialSamples(), connectSamples(), ruleSamples(), fileSamples(), unfetchedSamples(), encryptionSamples(), catalogueSamples(), linkSamples(), usageSamples(), otherSamples(),
	} {
		all = append(all, group...)
	}
	return all
}

func plainSamples() []sample {
	return []sample{
		{"sign-in", views.SignIn(layout.Page{Now: now}, views.SignInProps{})},
		{"sign-in-refused", views.SignIn(layout.Page{Now: now}, views.SignInProps{Email: "ada@example.com", Problem: "E-mail or password is wrong.", Next: "/history"})},
		{"set-up", views.SetUp(layout.Page{Now: now}, views.SetUpProps{Token: "t0ken"})},
		{"set-up-refused", views.SetUp(layout.Page{Now: now}, views.SetUpProps{
			Token: "t0ken", Email: "ada", Name: "Ada",
			Errors: map[string]string{"email": "Enter an e-mail address.", "password": "Use at least 12 characters."},
		})},
		{"partner", views.PartnerShow(layout.Page{Now: now}, views.PartnerShowProps{
			Token: "abc", Expires: now.Add(20 * time.Hour), MaxDownloads: 1,
			Files: []views.PartnerFile{{Position: 1, Name: "2026-11-21_0914_a81f.wav", Size: 14_200_133, Left: 1, Checksum: "SHA-256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}},
		})},
		{"partner-pin", views.PartnerShow(layout.Page{Now: now}, views.PartnerShowProps{
			Token: "abc", Expires: now.Add(time.Hour), HasPIN: true, BadPIN: "That is not the PIN.",
			Files: []views.PartnerFile{{Position: 1, Name: absurd, Size: 12}},
		})},
		{"partner-busy", views.PartnerShow(layout.Page{Now: now}, views.PartnerShowProps{
			Token: "abc", Expires: now.Add(time.Hour), MaxDownloads: 1, Problem: "The file is being downloaded with this link at the moment.",
			Files: []views.PartnerFile{{Position: 1, Name: "a.wav", Size: 12, Left: 1}},
		})},
		{"partner-several", views.PartnerShow(layout.Page{Now: now}, views.PartnerShowProps{
			Token: "abc", Expires: now.Add(20 * time.Hour), Several: true, Missing: 2, HasPIN: true, MaxDownloads: 5, Bytes: 226_999_000,
			Files: []views.PartnerFile{
				{Position: 1, Name: "claims/2026-11-21_0914_a81f.wav", Size: 14_200_133, Left: 4, Checksum: "SHA-256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},
				{Position: 2, Name: "claims/2026-11-21_0917_77c0.mp4", Size: 212_800_000, Left: 1, Checksum: "CRC64NVME AuUcyF784aU="},
				{Position: 4, Name: absurd, Size: 0, Left: 5},
			},
		})},
		{"partner-used", views.PartnerShow(layout.Page{Now: now}, views.PartnerShowProps{
			Token: "abc", Expires: now.Add(20 * time.Hour), Several: true, MaxDownloads: 1, Bytes: 26_000,
			Files: []views.PartnerFile{
				{Position: 1, Name: "claims/1.wav", Size: 14_000, Fetched: 1, Used: true},
				{Position: 2, Name: "claims/2.wav", Size: 13_000, Left: 1},
				{Position: 3, Name: "claims/3.wav", Size: 13_000, Left: 1},
			},
		})},
		{"partner-one-left", views.PartnerShow(layout.Page{Now: now}, views.PartnerShowProps{
			Token: "abc", Expires: now.Add(20 * time.Hour), Several: true, MaxDownloads: 5, Bytes: 14_000,
			Files: []views.PartnerFile{
				{Position: 1, Name: "claims/1.wav", Size: 14_000, Left: 2, Fetched: 3},
				{Position: 2, Name: "claims/2.wav", Size: 13_000, Fetched: 5, Used: true},
			},
		})},
		{"partner-locked", views.PartnerLocked(layout.Page{Now: now}, "This link is locked, because a wrong PIN was entered five times. Ask whoever sent it for a new one.")},
		{"partner-gone", views.PartnerGone(layout.Page{Now: now})},
		{"problem-plain", views.Problem(layout.Page{Now: now}, views.ProblemProps{Title: "Too many attempts", Message: "Too many attempts. Try again in 40 seconds."})},
		{"problem-404", views.Problem(page("/x"), views.ProblemProps{Title: "Not found", Message: "This page does not exist, or you may not see it."})},
		{"problem-500", views.Problem(page("/x"), views.ProblemProps{
			Title: "Something failed", Message: "Something failed on our side. Nothing was changed.", Reference: "7F3A-91", Back: home,
		})},
	}
}

func unitRows() []views.UnitRow {
	return []views.UnitRow{
		{Slug: "emea-contact-centre", Name: "EMEA Contact Centre", State: "enabled", Files: 1240, Bytes: 58_100_000_000, DeletesSoon: 86, Failed: 1, LastDownload: now.Add(-20 * time.Minute)},
		{Slug: "apac", Name: "APAC Service Desk", State: "enabled", Files: 12, Bytes: 18_400_000},
		{Slug: "legal-hold-archive", Name: "Legal", State: "off"},
		{Slug: "new-one", Name: "Being made", State: "enabling"},
	}
}

func unitSamples() []sample {
	full := views.BusinessUnitShowProps{
		Unit: unit, Location: connect.Location, ActiveStorage: "active/emea-contact-centre/", HasCredential: true, ClientSeen: now, Rules: 2,
		Files: 1240, Bytes: 58_100_000_000, DeletesSoon: 86, NotFetched: 12, Failed: 1, Queued: 14, EverPlaced: true, ScannedAt: now.Add(-3 * time.Minute),
	}
	busy := full
	busy.Attention = []views.Attention{
		{Tone: ui.ToneBad, Title: "1 file could not be placed", Text: "Each says why, and can be tried again.", Action: "See files", Href: home + "/files?status=failed"},
		{Tone: ui.ToneWarn, Title: "3 objects in SEA that no placement explains", Text: "Something else wrote to the location. SEA leaves it alone.", Action: "See objects", Href: home + "/strangers"},
	}
	busy.Backlog = views.Backlog{Files: 48_200, Bytes: 9_300_000_000_000, LastHour: 812, DailyLimit: 10_000, Today: 7_412, End: time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC)}
	busy.ScanProblem, busy.ScanSkipped = "call-recording/"+absurd[:60]+": S3 answered Forbidden", 3
	stuck := full
	stuck.Backlog = views.Backlog{Files: 1 << 60, Bytes: 1 << 62, DailyLimit: 100_000_000, Today: 100_000_001, LastHour: 1 << 50, End: now.AddDate(7000, 0, 0)}
	unknown := full
	unknown.Backlog = views.Backlog{Files: 1, Bytes: 1}
	today := full
	today.Backlog = views.Backlog{Files: 12, Bytes: 99_000, DailyLimit: 500, Today: 3, LastHour: 3}
	setUp := views.BusinessUnitShowProps{Unit: unit, Location: connect.Location, ActiveStorage: "active/emea-contact-centre/", HasCredential: true}
	unconfirmed := setUp
	unconfirmed.Unconfirmed, unconfirmed.ScanProblem = true, "AccessDenied: "+absurd
	filled := setUp
	filled.Files, filled.Bytes, filled.EverPlaced = 114, 1_329_643, true
	resume := filled
	resume.PausedRules = 3
	warned := page("/")
	warned.Warnings = []layout.Warning{{Title: "The life cycle's clock is shifted by 721h", Text: "For trials only: files expire earlier than they should."}}
	warned.Flash = layout.Flash{Tone: ui.ToneOK, Text: "Business unit EMEA Contact Centre was created."}
	return []sample{
		{"overview", views.Overview(warned, views.OverviewProps{Units: unitRows(), Attention: []views.Attention{
			{Tone: ui.ToneWarn, Title: "86 files of EMEA Contact Centre are deleted within 3 days", Text: "12 of them were never downloaded.", Action: "See files", Href: home + "/files"},
			{Tone: ui.ToneBad, Title: "1 placement of EMEA Contact Centre failed", Text: "AccessDenied: the object store refused to copy it.", Action: "See why", Href: home + "/files?status=failed"},
			{Tone: ui.ToneInfo, Title: "APAC Service Desk has no rule that is on", Text: "Nothing is placed until there is one.", Action: "Rules", Href: home + "/rules"},
		}})},
		{"overview-calm", views.Overview(page("/"), views.OverviewProps{Units: unitRows()[:1]})},
		{"overview-empty", views.Overview(page("/"), views.OverviewProps{})},
		{"units", views.BusinessUnitList(page("/business-units"), views.BusinessUnitListProps{Units: unitRows()})},
		{"units-absurd", views.BusinessUnitList(viewer("/business-units"), views.BusinessUnitListProps{Units: []views.UnitRow{{Slug: strings.Repeat("a", 60), Name: absurd, State: "off", Files: 1 << 60, Bytes: 1 << 62}}})},
		{"unit-new", views.BusinessUnitNew(page("/business-units/new"), views.BusinessUnitNewProps{})},
		{"unit-new-refused", views.BusinessUnitNew(page("/business-units"), views.BusinessUnitNewProps{
			Name: absurd, Slug: "EMEA", ActivePrefix: "no slash",
			Errors: map[string]string{"name": "Use at most 120 characters.", "slug": "Use only small letters a to z, digits and hyphens.", "active_prefix": "End the prefix with a slash."},
		})},
		{"unit", views.BusinessUnitShow(page(home), full)},
		{"unit-backlog", views.BusinessUnitShow(page(home), busy)},
		{"unit-backlog-stuck", views.BusinessUnitShow(viewer(home), stuck)},
		{"unit-backlog-unknown", views.BusinessUnitShow(page(home), unknown)},
		{"unit-backlog-today", views.BusinessUnitShow(page(home), today)},
		{"unit-set-up", views.BusinessUnitShow(page(home), setUp)},
		{"unit-set-up-filled", views.BusinessUnitShow(page(home), filled)},
		{"unit-problems", views.BusinessUnitShow(viewer(home), unconfirmed)},
		{"unit-off", views.BusinessUnitShow(page(home), views.BusinessUnitShowProps{Unit: unitIn("off"), ActiveStorage: "active/emea-contact-centre/"})},
		{"unit-disabled", views.BusinessUnitShow(page(home), views.BusinessUnitShowProps{
			Unit: unitWithout(1240, 2), Location: connect.Location, ActiveStorage: "active/emea-contact-centre/", Files: 1240, Bytes: 58_100_000_000,
		})},
		{"unit-resume", views.BusinessUnitShow(page(home), resume)},
		{"unit-enabling", views.BusinessUnitShow(page(home), views.BusinessUnitShowProps{Unit: unitIn("enabling"), ActiveStorage: "active/emea-contact-centre/"})},
		{"settings", views.UnitSettings(page(home+"/settings"), views.UnitSettingsProps{
			Unit: unit, Location: connect.Location, ActiveStorage: "active/emea-contact-centre/", RetentionDays: 30, Files: 1240, Held: 2, LastDeleted: now.AddDate(0, 0, 30), Presigned: now.AddDate(0, 0, 7),
			Form: views.UnitForm{DailyLimit: "0", LockVersion: "1"},
		})},
		{"settings-refused", views.UnitSettings(page(home+"/settings"), views.UnitSettingsProps{
			Unit: unit, RetentionDays: 30, Confirm: "emea", Errors: map[string]string{"confirm": "Type emea-contact-centre exactly."},
		})},
		{"settings-limit-refused", views.UnitSettings(page(home+"/settings"), views.UnitSettingsProps{
			Unit: unit, RetentionDays: 30, Files: 1, Held: 1,
			Form: views.UnitForm{DailyLimit: absurd[:100], FolderMarker: true, LockVersion: "1", Errors: map[string]string{"daily_limit": "Enter a whole number from 0 (no limit) to 100,000,000."}},
		})},
		{"settings-changed", views.UnitSettings(page(home+"/settings"), views.UnitSettingsProps{
			Unit: unit, RetentionDays: 30,
			Form: views.UnitForm{DailyLimit: "500", FolderMarker: true, LockVersion: "2", Theirs: "a daily limit of 10,000 files and no folder marker"},
		})},
		{"settings-addresses", views.UnitSettings(page(home+"/settings"), views.UnitSettingsProps{
			Unit: unit, RetentionDays: 30, Location: connect.Location, Form: views.UnitForm{LockVersion: "1"}, Pending: true,
			Addresses: views.AddressForm{Text: "203.0.113.0/24\n2001:db8::/48", LockVersion: "1"},
		})},
		{"settings-addresses-refused", views.UnitSettings(page(home+"/settings"), views.UnitSettingsProps{
			Unit: unit, RetentionDays: 30, Location: connect.Location, Form: views.UnitForm{LockVersion: "1"},
			Addresses: views.AddressForm{
				Text: "10.0.0.5/8\n" + absurd, LockVersion: "1", Theirs: "203.0.113.7, 2001:db8::/48",
				Errors: map[string]string{"allowed_addresses": "Line 1: “10.0.0.5/8” does not begin a range: write 10.0.0.0/8 for the range, or 10.0.0.5 for the one address."},
			},
		})},
		{"settings-viewer", views.UnitSettings(viewer(home+"/settings"), views.UnitSettingsProps{Unit: unit, RetentionDays: 30, Form: views.UnitForm{DailyLimit: "500", LockVersion: "2"}})},
		{"strangers", views.StrangerList(page(home+"/strangers"), views.StrangerListProps{
			Unit: unit, Location: connect.Location, Total: 12_345, Next: home + "/strangers?after=YQ", Rows: []views.Stranger{
				{Key: "what/is this\n.bin", Size: 1, FirstSeen: now.Add(-time.Hour), Modified: now.Add(-2 * time.Hour)},
				{Key: absurd, Size: 1 << 62, FirstSeen: now.AddDate(-9, 0, 0), Modified: now.AddDate(9, 0, 0)},
				{Key: "uploads/report.pdf", Size: 212_800_000, FirstSeen: now.AddDate(0, 0, -3), Modified: now.AddDate(0, 0, -3)},
			},
		})},
		{"strangers-last", views.StrangerList(viewer(home+"/strangers"), views.StrangerListProps{
			Unit: unit, Location: connect.Location, Total: 51, Start: home + "/strangers", Rows: []views.Stranger{{Key: "z", FirstSeen: now, Modified: now}},
		})},
		{"strangers-none", views.StrangerList(page(home+"/strangers"), views.StrangerListProps{Unit: unit, Location: connect.Location})},
		{"settings-off", views.UnitSettings(page(home+"/settings"), views.UnitSettingsProps{Unit: unitIn("off"), Location: connect.Location, RetentionDays: 30})},
	}
}

func credentialSamples() []sample {
	at := page(home + "/credentials")
	used := views.LastUse{At: now.Add(-18 * time.Minute), Addresses: []views.UsedAddress{
		{Address: "203.0.113.7", First: now.AddDate(0, -2, 0), Last: now.Add(-18 * time.Minute), Requests: 12_408},
		{Address: "2001:db8:85a3::8a2e:370:7334", First: now.AddDate(0, 0, -3), Last: now.Add(-26 * time.Hour), Requests: 1 << 60, Refused: 14},
		{Address: "198.51.100.20", First: now.Add(-time.Hour), Last: now.Add(-time.Hour), Requests: 3, Refused: 3},
	}}
	show := func(state string) views.CredentialShowProps {
		return views.CredentialShowProps{
			Unit: unit, State: state, Nonce: "n0nce", Connect: connect, Created: now.Add(-time.Hour), CreatedBy: "Ada Admin",
			LastUse: used, Allowed: views.AllowedAddresses{Href: home + "/settings#addresses"},
			Confirmed: true, LeaseUntil: now.Add(time.Minute), StillWorks: "SEAK9ZD1000000K2LM", StartedBy: "Grace", Started: now.Add(-4 * time.Second),
			Progress: views.CredentialProgress{Replaces: true, KeyMade: true},
		}
	}
	none := show("none")
	none.Connect.AccessKeyID = ""
	none.Connect.Endpoint = "http://127.0.0.1:9000"
	unconfirmed := show("active")
	unconfirmed.Confirmed, unconfirmed.SentBefore, unconfirmed.LastUse = false, true, views.LastUse{}
	idle := show("active")
	idle.Idle, idle.LastUse, idle.Created = true, views.LastUse{}, now.AddDate(0, -4, 0)
	confined := show("active")
	confined.LastUse = views.LastUse{At: now.Add(-time.Minute)}
	confined.Allowed.Pending = true
	for i := range 60 {
		confined.Allowed.Ranges = append(confined.Allowed.Ranges, fmt.Sprintf("203.0.113.%d", i))
	}
	interrupted := show("issuing")
	interrupted.Interrupted, interrupted.StillWorks, interrupted.StartedBy = true, "", absurd[:200]
	revoking := show("issuing")
	revoking.Progress = views.CredentialProgress{Revoking: true}
	revoked := show("revoked")
	revoked.Connect.AccessKeyID, revoked.Revoked, revoked.RevokedBy = "", now.Add(-26*time.Hour), "Ada Admin"
	off := none
	off.Unit = unitWithout(0, 0)
	return []sample{
		{"credentials-none", views.CredentialShow(at, none)},
		{"credentials-off", views.CredentialShow(at, off)},
		{"credentials-active", views.CredentialShow(at, show("active"))},
		{"credentials-unconfirmed", views.CredentialShow(at, unconfirmed)},
		{"credentials-idle", views.CredentialShow(at, idle)},
		{"credentials-confined", views.CredentialShow(at, confined)},
		{"credentials-issuing", views.CredentialShow(at, show("issuing"))},
		{"credentials-interrupted", views.CredentialShow(at, interrupted)},
		{"credentials-revoking", views.CredentialShow(at, revoking)},
		{"credentials-revoked", views.CredentialShow(at, revoked)},
		{"credentials-viewer", views.CredentialShow(viewer(home+"/credentials"), show("active"))},
		{"credentials-reveal", views.CredentialReveal(at, views.CredentialRevealProps{
			Unit: unit, Connect: connect, Secret: sealed.NewPlain("wJ7rXUtnF3MI+K7MDENGbPxRfiCYq2vT9dHc0sLe"), Stopped: "SEAK9ZD1000000K2LM",
			Sealed: "c2VhbGVk", Bundles: bundles,
			Proof: views.CredentialProof{Accepted: 31 * time.Millisecond, Refusals: 3, FirstRefusal: 4200 * time.Millisecond, LastRefusal: 12 * time.Second},
		})},
		{"credentials-reveal-first", views.CredentialReveal(at, views.CredentialRevealProps{
			Unit: unit, Connect: connect, Secret: sealed.NewPlain("wJ7rXUtnF3MI+K7MDENGbPxRfiCYq2vT9dHc0sLe"),
			Proof: views.CredentialProof{Accepted: 31 * time.Millisecond, Kept: true}, Allowed: views.AllowedAddresses{Ranges: []string{"203.0.113.0/24"}},
		})},
		{"credentials-test", views.CredentialTest(at, views.CredentialTestProps{Unit: unit, Connect: connect})},
		{"credentials-test-done", views.CredentialTest(at, views.CredentialTestProps{Unit: unit, Connect: connect, Done: true, Checks: []views.ConnectionCheck{
			{Name: "Access key", Outcome: "passed", Said: "The set SEAK••••B0DZ exists and is active."},
			{Name: "Policy", Outcome: "failed", Said: "The policy is not the one that the portal wrote.", Partner: "They may do more or less than they should.", Do: "The portal writes it again within the hour, and records what it found."},
			{Name: "Location", Outcome: "noted", Said: absurd, Partner: "Clients with a window may say “access denied”.", Do: "Wait for the first file."},
			{Name: "A file in it", Outcome: "skipped", Said: "There is no file to read yet."},
		}})},
		{"credentials-test-viewer", views.CredentialTest(viewer(home+"/credentials"), views.CredentialTestProps{
			Unit: unit, Connect: views.Connect{}, Done: true, Checks: []views.ConnectionCheck{{Name: "Access key", Outcome: "passed", Said: "It is active."}},
		})},
		{"credentials-regenerate", views.CredentialRegenerate(at, views.CredentialRegenerateProps{Unit: unit, Nonce: "n0nce", AccessKeyID: connect.AccessKeyID, LastUse: used})},
		{"credentials-regenerate-refused", views.CredentialRegenerate(at, views.CredentialRegenerateProps{
			Unit: unit, Nonce: "n0nce", AccessKeyID: connect.AccessKeyID, Confirm: "emea", Errors: map[string]string{"confirm": "Type emea-contact-centre exactly."},
		})},
		{"credentials-revoke", views.CredentialRevoke(at, views.CredentialRevokeProps{Unit: unit, AccessKeyID: connect.AccessKeyID})},
	}
}

func sentence(name string, action rule.Action) []rule.Part {
	return rule.Sentence(rule.Definition{
		Name: name, StartDate: now, MediaType: rule.CallRecording, Priority: 1, Action: action, AfterDays: 2,
		Criteria: rule.Criteria{{Field: rule.Skill, Operator: rule.AnyOf, Values: []string{"Claims DE", "Claims AT"}}},
	}, 30, now)
}
