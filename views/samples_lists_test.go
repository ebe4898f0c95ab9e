package views_test

import (
	"strings"
	"time"

	"seaportal/internal/rule"
	"seaportal/internal/sealed"
	"seaportal/views"
	"seaportal/views/layout"
	"seaportal/views/ui"
)

func catalogueSamples() []sample {
	at := page(home + "/catalogue")
	list := views.CatalogueListProps{Unit: unit, Rules: []ui.Option{{Value: "1", Label: "Northwind audit"}}, Next: "?after=4", Rows: []views.CatalogueRow{
		{ID: 1, Key: "2026-11-21_0914_a81f.wav", Size: 14_200_000, Stored: now.AddDate(0, 0, -2), State: "placed", Placement: "placed", RuleID: 1, Rule: "Northwind audit"},
		{ID: 2, Key: "call-recording/claims/2026-11-21_0917_77c0.mp4", Size: 212_800_000, Stored: now, State: "managed", RuleID: 1, Rule: longName},
		{ID: 3, Key: "chat/2026-11-21.txt", Size: 812, Stored: now.AddDate(-1, 0, 0), State: "open"},
		{ID: 4, Key: absurd, State: "gone"},
	}}
	filtered := list
	filtered.Query, filtered.State, filtered.Rule, filtered.Previous, filtered.Next = "2026-11", "managed", "1", "?before=1", ""
	none := filtered
	none.Rows = nil
	why := views.CatalogueShowProps{
		Unit: unit, ID: 3, Key: "chat/2026-11-21.txt", Size: 812, MediaType: rule.ChatTranscript, ETag: "d41d8cd9", Class: "STANDARD", State: "managed",
		Stored: now.AddDate(0, 0, -4), FirstSeen: now.AddDate(0, 0, -4), Why: "The rule “QA samples” manages it: it waits until 26 November 2026, 12:00 UTC.", Elsewhere: 1,
		Rules: []views.WhyRule{
			{ID: 1, Name: "Northwind audit", Version: 3, Priority: 1, State: rule.On, Verdict: "Does not match: Skill is any of Claims DE; the file has none.", Outcomes: []rule.Outcome{
				{Row: -1, Condition: "Media type is Chat transcript", Value: "Chat transcript", Pass: true}, {Condition: "Skill is any of Claims DE", Value: "none"},
			}},
			{ID: 2, Name: longName, Version: 1, Priority: 2, State: rule.Deleted, Manages: true, Matches: true, Verdict: "Manages this file.", Outcomes: []rule.Outcome{
				{Row: -1, Condition: "Media type is Chat transcript", Value: "Chat transcript", Pass: true}, {Condition: "File name matches " + absurd, Value: absurd, Pass: true},
			}},
		},
		Steps: []views.WhyStep{
			{Name: "Claim", Pass: true, Text: "Claimed by the rule “QA samples” on 23 November 2026, 11:00 UTC, for as long as it exists."},
			{Name: "Due", Text: "On 26 November 2026, 12:00 UTC, 5 days after it was stored."},
			{Name: "Storage", Pass: true, Text: "Active storage (STANDARD)."},
			{Name: "Not placed before", Pass: true, Text: "It was never queued or placed."},
			{Name: "SEA", Pass: true, Text: "SEA is enabled for this business unit."},
		},
		Attributes: []views.Attribute{{Name: "media-type", Value: "Chat transcript"}},
	}
	open := why
	open.State, open.Rules, open.Elsewhere, open.Gone, open.Why = "gone", nil, 0, now, "It left active storage before any rule placed it."
	placed := why
	placed.Placement = "placed"
	placed.State, placed.PlacementID, placed.InSEA, placed.Key = "placed", 12, true, absurd
	return []sample{
		{"catalogue-list", views.CatalogueList(at, list)},
		{"catalogue-list-filtered", views.CatalogueList(at, filtered)},
		{"catalogue-list-no-match", views.CatalogueList(at, none)},
		{"catalogue-list-empty", views.CatalogueList(at, views.CatalogueListProps{Unit: unit})},
		{"catalogue", views.CatalogueShow(at, why)},
		{"catalogue-gone", views.CatalogueShow(at, open)},
		{"catalogue-placed", views.CatalogueShow(at, placed)},
	}
}

func fileRows() []views.FileRow {
	row := func(id int64, key, state string, size int64, age int) views.FileRow {
		r := views.FileRow{ID: id, Key: key, RuleID: 1, Rule: "Northwind audit", Size: size, State: state}
		if state == "placed" {
			r.Placed = now.AddDate(0, 0, -age).Add(-40 * time.Minute)
			r.Expires = r.Placed.AddDate(0, 0, 30)
			r.Soon = age > 26
		}
		return r
	}
	rows := []views.FileRow{
		row(12, "2026-11-21_0914_a81f.wav", "placed", 14_200_000, 2),
		row(11, "call-recording/claims/2026-11-21_0917_77c0.mp4", "placed", 212_800_000, 2),
		row(10, "call-recording/claims/de/2026/11/20/2026-11-20_1651_0be2.wav", "placed", 9_600_000, 3),
		row(9, "2026-10-27_0805_91aa.wav", "placed", 18_000_000, 27),
		row(8, "2026-11-23_0840_b00f.wav", "placing", 31_400_000, 0),
		row(7, "2026-11-23_0841_b010.wav", "queued", 31_400_000, 0),
		row(6, "2026-11-22_1902_ee71.wav", "failed", 31_400_000, 0),
		row(5, "kept/tea time ☕ & “quotes”.txt", "removed", 0, 0),
		row(4, absurd, "removing", 640_300_000, 0),
	}
	rows[1].Downloaded, rows[2].Held = now.Add(-time.Hour), true
	rows[6].Problem = "AccessDenied: the object store refused to copy it"
	return rows
}

func fileSamples() []sample {
	at := page(home + "/files")
	list := views.FileListProps{Unit: unit, Rows: fileRows(), Rules: []ui.Option{{Value: "1", Label: "Northwind audit"}, {Value: "2", Label: "QA samples"}}, Older: "?after=8", Total: "1,240", Bytes: 58_100_000_000}
	filtered := list
	filtered.Query, filtered.Status, filtered.Rule, filtered.Newer, filtered.Older = "2026-11", "failed", "1", "?before=8", ""
	filtered.Failed = 1
	none := filtered
	none.Rows, none.Query = nil, absurd
	show := views.FileShowProps{
		Unit: unit, File: fileRows()[1], FileID: 3, SEAKey: "sea/emea-contact-centre-4021/call-recording/claims/2026-11-21_0917_77c0.mp4", ContentType: "video/mp4",
		Checksum: "SHA-256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", VerifiedBy: "Size and checksum equal the original's.",
		ETag: "d41d8cd98f00b204e9800998ecf8427e", RuleVersion: 2, Action: rule.Copy, Source: "Still in active storage", Downloads: 3,
		Attributes: []views.Attribute{{Name: "media-type", Value: "screen-recording"}, {Name: "skill", Value: "Claims DE"}, {Name: "agent", Value: absurd[:200]}},
		Steps: []views.FileStep{
			{At: now.Add(-time.Hour), Text: "Downloaded through the portal", By: "Ada Admin", From: "192.0.2.7"},
			{At: now.AddDate(0, 0, -2), Text: "Placed in SEA: size and checksum verified"},
			{At: now.AddDate(0, 0, -2), Text: "Queued by the rule Northwind audit, version 2"},
		},
		Links: linkRows()[:2],
	}
	held := show
	held.File, held.Hold = fileRows()[2], &views.Hold{Reason: "Evidence in Northwind v. Example, asked for by Legal.", By: "Ada Admin", Since: now.AddDate(0, 0, -2)}
	overdue := held
	overdue.File.Expires, overdue.Hold = now.Add(-time.Hour), &views.Hold{Reason: absurd[:499], By: absurd[:120], Since: now.AddDate(-1, 0, 0)}
	refused := show
	refused.HoldForm = views.HoldForm{Reason: absurd[:600], Errors: map[string]string{"reason": "Use at most 500 characters."}}
	stopped := list
	stopped.Failed, stopped.Status = 48_200, "failed"
	stopped.Rows = []views.FileRow{fileRows()[6], fileRows()[6]}
	passed := list
	passed.Status, passed.Rows = "missed", []views.FileRow{fileRows()[6]}
	passed.Rows[0].Missed, passed.Rows[0].Problem = true, "The file left active storage before it could be placed."
	stopped.Rows[1].ID, stopped.Rows[1].Key, stopped.Rows[1].Problem = 3, absurd, "AccessDenied: "+absurd
	some := list
	some.Failed = 1
	failed := views.FileShowProps{Unit: unit, File: fileRows()[6], RuleVersion: 1, Action: rule.Move, Attempts: 5}
	unremoved := show
	unremoved.File.State, unremoved.File.Problem = "removing", "S3 answered AccessDenied: "+absurd
	left, rulesOnly := failed, at
	left.LeftActive, rulesOnly.May = true, layout.Permissions{Rules: true}
	waiting := failed
	waiting.File, waiting.Attempts, waiting.NextTry = fileRows()[5], 2, now.Add(time.Hour)
	waiting.Waits, waiting.File.Problem = true, "S3 answered SlowDown: Reduce your request rate."
	missed := failed
	missed.File.Missed, missed.File.Problem, missed.Source = true, "The file left active storage before it could be placed.", "It left active storage"
	disowned := missed
	disowned.RuleDeleted, disowned.File.Problem, disowned.Source = true, "Its rule was deleted before the file could be placed.", "Stays in active storage"
	gone := views.FileShowProps{Unit: unit, File: fileRows()[8], RuleVersion: 1, Action: rule.Move, Removed: now, Removal: "Deleted by the partner with the key SEAK4F7Q2M9XC1VTB0DZ from 2001:db8::7", Steps: show.Steps[:1]}
	gone.File.Placed, show.Receipts, show.OlderReceipts = now.AddDate(0, 0, -3), receipts(), "?after=1"
	never := list
	never.Downloaded = "never"
	return []sample{
		{"files", views.FileList(at, list)},
		{"files-filtered", views.FileList(at, filtered)},
		{"files-no-match", views.FileList(at, none)},
		{"files-empty", views.FileList(at, views.FileListProps{Unit: unit})},
		{"files-viewer", views.FileList(viewer(home+"/files"), list)},
		{"files-never", views.FileList(at, never)},
		{"file", views.FileShow(at, show)},
		{"file-held", views.FileShow(at, held)},
		{"file-held-overdue", views.FileShow(at, overdue)},
		{"file-held-viewer", views.FileShow(viewer(home+"/files"), overdue)},
		{"file-hold-refused", views.FileShow(at, refused)},
		{"files-failed", views.FileList(at, stopped)},
		{"files-missed", views.FileList(at, passed)},
		{"files-some-failed", views.FileList(viewer(home+"/files"), some)},
		{"file-failed", views.FileShow(at, failed)},
		{"file-failed-left", views.FileShow(rulesOnly, left)},
		{"file-waiting", views.FileShow(at, waiting)},
		{"file-unremoved", views.FileShow(at, unremoved)},
		{"file-missed", views.FileShow(at, missed)},
		{"file-missed-rule-deleted", views.FileShow(at, disowned)},
		{"file-gone", views.FileShow(at, gone)},
		{"files-delete", views.FileDelete(at, views.FileDeleteProps{Unit: unit, Files: append(fileRows()[:3], fileRows()[8]), Unseen: 2, Bytes: 236_600_000})},
		{"files-delete-held", views.FileDelete(at, views.FileDeleteProps{Unit: unit, Files: fileRows()[:1], Held: fileRows()[2:3], Unseen: 1, Bytes: 14_200_000})},
		{"files-delete-refused", views.FileDelete(at, views.FileDeleteProps{
			Unit: unit, Held: []views.FileRow{{ID: 1, Key: absurd, State: "placed", Held: true}}, Refused: absurd + " is on hold. Release it before you delete it.",
		})},
		{"files-delete-none", views.FileDelete(at, views.FileDeleteProps{Unit: unit})},
	}
}

func linkRows() []views.LinkRow {
	link := func(id int64, state string, left time.Duration) views.LinkRow {
		return views.LinkRow{
			ID: id, FileID: 11, Key: "call-recording/claims/2026-11-21_0917_77c0.mp4", Files: 1, Present: 1, Bytes: 212_800_000, State: state,
			Created: now.Add(-2 * time.Hour), CreatedBy: "Ada Admin", Expires: now.Add(left), Downloads: 1, MaxDownloads: 5,
		}
	}
	rows := []views.LinkRow{
		link(6, "live", 20*time.Hour), link(5, "live", time.Hour), link(4, "used-up", time.Hour), link(3, "locked", time.Hour),
		link(2, "revoked", time.Hour), link(1, "expired", -time.Hour),
	}
	rows[0].HasPIN, rows[0].Files, rows[0].Present, rows[0].Note = true, 12, 10, "Northwind’s audit, sent to J. Doe"
	rows[1].Present, rows[5].Key, rows[5].Note = 0, absurd, absurd[:500]
	return rows
}

func linkSamples() []sample {
	at := page(home + "/files/links")
	files := []views.LinkFile{
		{ID: 11, Key: "call-recording/claims/2026-11-21_0917_77c0.mp4", Size: 212_800_000, Here: true, Downloads: 1}, {ID: 4, Key: absurd, Size: 640_300_000},
	}
	form := views.LinkNewProps{Unit: unit, Files: files[:1], Expires: now.AddDate(0, 0, 28), Lifetime: "24h", MaxDownloads: "1"}
	several := form
	several.Files, several.LeftOut = files, 3
	refused := form
	refused.Files, refused.Lifetime, refused.Other, refused.Note = files[1:], views.OtherLifetime, "soon", absurd[:300]
	refused.Errors = map[string]string{"lifetime_other": "Say how long, as a number with a unit: such as 36h or 7d.", "pin": "Use 4 to 64 characters.", "note": "Use at most 500 characters."}
	created := views.LinkCreatedProps{Unit: unit, Key: files[0].Key, Files: 1, Link: "https://sea.example.com/d/9VXQ2M4T0C8AYW7FK1NRZL5EHS", Expires: now.Add(24 * time.Hour), MaxDownloads: 1, HasPIN: true, Back: home + "/files/11"}
	many := created
	many.Key, many.Files, many.MaxDownloads, many.HasPIN = absurd, 1000, 0, false
	list := page(home + "/links")
	show := views.LinkShowProps{Unit: unit, Link: linkRows()[0], Files: files, Ends: now.AddDate(0, 0, 3), Lifetime: "24h"}
	bad := show
	bad.Lifetime, bad.Other, bad.Errors = views.OtherLifetime, absurd[:50], map[string]string{"lifetime_other": "Say how long, as a number with a unit: such as 36h or 7d."}
	revoked := show
	revoked.Link, revoked.Revoked, revoked.RevokedBy, revoked.Link.Note = linkRows()[4], now.Add(-time.Hour), "Ada Admin", absurd[:500]
	url := views.PresignedShowProps{
		Unit: unit, ID: 11, Key: files[0].Key, Expires: now.Add(24 * time.Hour),
		URL: sealed.NewPlain("https://s3.example.com/sea/emea/" + strings.Repeat("call-recording%2F", 12) + "?X-Amz-Signature=" + strings.Repeat("0f", 32)),
	}
	cut := url
	cut.Key, cut.WithFile, cut.WithCredentials = absurd, true, true
	asked := views.PresignedNewProps{Unit: unit, ID: 11, Key: files[0].Key, Expires: now.AddDate(0, 0, 28), Lifetime: "24h"}
	tooLong := asked
	tooLong.Key, tooLong.Expires, tooLong.Errors = absurd, time.Time{}, map[string]string{"lifetime": "Choose from one minute to 7 days: S3 takes no more."}
	return []sample{
		{"link-new", views.LinkNew(at, form)},
		{"link-new-several", views.LinkNew(at, several)},
		{"link-new-refused", views.LinkNew(at, refused)},
		{"link-new-none", views.LinkNew(at, views.LinkNewProps{Unit: unit, LeftOut: 2})},
		{"link-created", views.LinkCreated(at, created)},
		{"link-created-several", views.LinkCreated(at, many)},
		{"links", views.LinkList(list, views.LinkListProps{Unit: unit, Links: linkRows(), Older: "?after=1"})},
		{"links-of-file", views.LinkList(list, views.LinkListProps{Unit: unit, File: "11", State: "live", Links: linkRows()[:1]})},
		{"links-off", views.LinkList(list, views.LinkListProps{Unit: unitIn("off"), Links: linkRows()[:1]})},
		{"links-empty", views.LinkList(list, views.LinkListProps{Unit: unit})},
		{"links-no-match", views.LinkList(viewer(home+"/links"), views.LinkListProps{Unit: unit, State: "ended"})},
		{"link", views.LinkShow(list, show)},
		{"link-refused", views.LinkShow(list, bad)},
		{"link-revoked", views.LinkShow(list, revoked)},
		{"link-revoke", views.LinkRevoke(list, views.LinkRevokeProps{Unit: unit, Link: linkRows()[0]})},
		{"link-revoke-viewer", views.LinkRevoke(viewer(home+"/links"), views.LinkRevokeProps{Unit: unit, Link: linkRows()[1]})},
		{"links-revoke-file", views.LinkRevokeAll(list, views.LinkRevokeAllProps{Unit: unit, File: 12, Key: absurd})},
		{"links-revoke-all", views.LinkRevokeAll(list, views.LinkRevokeAllProps{Unit: unit, Typed: "emea", Problem: "Type emea-contact-centre to confirm."})},
		{"presigned-new", views.PresignedNew(at, asked)},
		{"presigned-refused", views.PresignedNew(at, tooLong)},
		{"presigned", views.PresignedShow(at, url)},
		{"presigned-cut", views.PresignedShow(at, cut)},
	}
}

func otherSamples() []sample {
	var events []views.Event
	for i, text := range []string{
		"Regenerated the credential set of EMEA Contact Centre", "Placed 1,102 files by the rule Northwind audit", "Enabled the rule Northwind audit",
		"Signed in", "Tried to sign in with a wrong password", absurd,
	} {
		events = append(events, views.Event{
			ID: int64(100 - i), At: now.Add(-time.Duration(i*9) * time.Hour), Actor: "Ada Admin", Text: text, Address: "192.0.2.7",
			Unit: "emea-contact-centre", Href: home + "/rules", Failed: i == 4,
		})
	}
	var runs []views.RunRow
	for i, job := range []string{"scan", "run_unit", "expire", "reconcile"} {
		runs = append(runs, views.RunRow{Job: job, Unit: "emea-contact-centre", Started: now.Add(-time.Duration(i) * time.Minute), Took: time.Duration(12+i*640) * time.Millisecond, Result: "Nothing to do", Failed: i == 3})
	}
	u := unit
	long := unitIn("enabled")
	long.Name = absurd
	return []sample{
		{"history", views.HistoryList(page("/history"), views.HistoryListProps{Events: events, Older: "?after=95"})},
		{"history-unit", views.HistoryList(page(home+"/history"), views.HistoryListProps{Unit: &u, Events: events[:2]})},
		{"history-empty", views.HistoryList(page(home+"/history"), views.HistoryListProps{Unit: &long})},
		{"system", views.System(page("/system"), views.SystemProps{
			Version: "0.1.0", Runs: runs, Rights: true,
			Health: []views.HealthRow{
				{Name: "Database", Value: "SQLite, schema 7", State: ui.Fact{Tone: ui.ToneOK, Word: "OK"}},
				{Name: "Object store", Value: "Embedded, http://127.0.0.1:9000", State: ui.Fact{Tone: ui.ToneOK, Word: "OK"}},
				{Name: "Certificate", Value: "CN=sea.example.com, issued by CN=R11,O=Let's Encrypt,C=US, 62 days left, until 2026-09-20", State: ui.Fact{Tone: ui.ToneOK, Word: "OK"}},
				{
					Name: "Certificate", Value: "CN=s3.sea.example.com, issued by CN=R11,O=Let's Encrypt,C=US, 6 days left, until 2026-07-26", State: ui.Fact{Tone: ui.ToneBad, Word: "Look at this"},
					Fix: "A newer one was not taken: /etc/sea/tls.crt and /etc/sea/tls.key are no pair: tls: private key does not match public key. The one above stays until that is mended.",
				},
				{Name: "Clock", Value: "Shifted by 721h", State: ui.Fact{Tone: ui.ToneWarn, Word: "Shifted"}, Fix: "For trials only. Unset SEA_CLOCK_OFFSET and start again."},
			},
			Capabilities: []views.Capability{{Name: "Conditional copy", Has: true, Text: "A file is never overwritten."}, {Name: "Bucket lifecycle", Text: "SEA removes files by itself."}},
		})},
		{"rights-ask", views.Rights(page("/system/rights"), views.RightsProps{})},
		{"rights", views.Rights(page("/system/rights"), views.RightsProps{Done: true, Missing: "{\n  \"Version\": \"2012-10-17\"\n}", Calls: []views.RightsCall{
			{Right: "s3:ListBucket", On: "arn:aws:s3:::recordings", Outcome: "granted"},
			{Right: "s3:PutLifecycleConfiguration", On: "arn:aws:s3:::" + absurd, Outcome: "denied", Said: "AccessDenied"},
			{Right: "iam:PutUserPolicy", On: "arn:aws:iam::*:user/sea/*", Outcome: "unclear", Said: "RequestTimeout: <script>"},
			{Right: "kms:CreateKey", On: "*", Outcome: "untried", Said: "a key that is made costs, and cannot be deleted at once"},
		}})},
		{"system-empty", views.System(page("/system"), views.SystemProps{Version: "0.1.0"})},
		{"compact-dark", views.BusinessUnitList(layout.Page{Actor: layout.Actor{Email: "a@example.com"}, Path: "/business-units", Now: now, Theme: "dark", Density: "compact"}, views.BusinessUnitListProps{Units: unitRows()})},
	}
}
