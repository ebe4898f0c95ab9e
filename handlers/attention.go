package handlers

import (
	"net/url"
	"time"

	"seaportal/internal/businessunit"
	"seaportal/internal/path"
	"seaportal/models"
	"seaportal/views"
	"seaportal/views/ui"
)

// soonDays is how far ahead the overviews point deletions out.
const soonDays = 3

// most is how many units an overview names for a reason that many of them share
// while they are set up; it counts the others.
const most = 5

// attention gathers what waits for a person: what went wrong unit by unit, then
// the units that nobody finished setting up.
func attention(all []businessunit.Summary) []views.Attention {
	var list, closed, idle []views.Attention
	for _, unit := range all {
		name, slug := unit.Name, unit.Slug
		if unit.ScanError != "" {
			list = append(list, unread(name, slug, unit.ScanSkipped, unit.ScanError))
		}
		if unit.Failed > 0 {
			list = append(list, failures(name+": ", slug, unit.Failed))
		}
		if unit.Refused > 0 {
			list = append(list, unremoved(name+": ", slug, unit.Refused))
		}
		if unit.Unmoved > 0 {
			list = append(list, unmoved(name+": ", slug, unit.Unmoved))
		}
		if unit.Strangers > 0 {
			list = append(list, strangers(name+": ", slug, unit.Strangers))
		}
		if unit.Unseen > 0 {
			list = append(list, unseen(name+": ", slug, unit.Unseen))
		}
		if set := unit.Credential; set != nil && set.State == models.CredentialActive && set.AcknowledgedAt == nil {
			list = append(list, views.Attention{
				Tone: ui.ToneWarn, Title: name + ": credentials not confirmed saved",
				Text: "Regenerate them if you don't have the secret.", Action: "Credentials", Href: path.Credentials(slug),
			})
		}
		if unit.IdleSince != nil {
			list = append(list, unused(name+": ", slug, *unit.IdleSince, unit.NeverUsed))
		}
		if unit.SEAState != models.SEAEnabled {
			continue
		}
		if unit.Files > 0 && unit.Credential == nil {
			closed = append(closed, unopened(name+": ", slug, unit.Files))
		}
		if unit.RulesOn == 0 {
			idle = append(idle, unruled(name+": ", slug, unit.RulesPaused))
		}
	}
	list = append(list, few(closed, "more business unit whose files nobody can open", "more business units whose files nobody can open")...)
	return append(list, few(idle, "more business unit without a rule that is on", "more business units without a rule that is on")...)
}

// few names the first units of a kind, and counts the rest in one line.
func few(list []views.Attention, one, many string) []views.Attention {
	if len(list) <= most {
		return list
	}
	return append(list[:most:most], views.Attention{
		Tone: ui.ToneWarn, Title: ui.Plural(int64(len(list)-most), one, many),
		Action: "See all units", Href: path.BusinessUnits(),
	})
}

// unopened points to files that no partner can reach.
func unopened(whose, slug string, n int64) views.Attention {
	return views.Attention{
		Tone: ui.ToneWarn, Title: whose + "nobody can open the folder",
		Text:   "It holds " + ui.Plural(n, "file", "files") + ", and there is no credential set.",
		Action: "Credentials", Href: path.Credentials(slug),
	}
}

// unruled points to a unit where nothing is placed.
func unruled(whose, slug string, paused int64) views.Attention {
	text := "Nothing is placed in SEA until there is one."
	if paused > 0 {
		text = "Nothing is placed in SEA until a rule is resumed: " + ui.Plural(paused, "is", "are") + " paused."
	}
	return views.Attention{Tone: ui.ToneWarn, Title: whose + "no rule is on", Text: text, Action: "Rules", Href: path.Rules(slug)}
}

// unread points to what of active storage the last scan could not read: some
// objects, or all of it.
func unread(name, slug string, skipped int64, problem string) views.Attention {
	line := views.Attention{
		Tone: ui.ToneBad, Title: name + ": the last scan of active storage failed", Text: problem,
		Action: "Open", Href: path.BusinessUnit(slug),
	}
	if skipped > 0 {
		line.Tone, line.Title = ui.ToneWarn, name+": "+ui.Plural(skipped, "file", "files")+" in active storage could not be read"
	}
	return line
}

// unused points to a credential set that nobody needs any more, it seems.
func unused(whose, slug string, since time.Time, never bool) views.Attention {
	text := "Last used on " + ui.Exact(since) + " " + ui.Zone + "."
	if never {
		text = "Never used since " + ui.Exact(since) + " " + ui.Zone + ", when they were generated."
	}
	return views.Attention{
		Tone: ui.ToneWarn, Title: whose + "credentials unused for 90 days", Text: text + " Revoke them if nobody needs them.",
		Action: "Credentials", Href: path.Credentials(slug),
	}
}

// failures points to placements that failed. whose begins the line: the unit's
// name where there are several.
func failures(whose, slug string, n int64) views.Attention {
	return views.Attention{
		Tone: ui.ToneBad, Title: whose + ui.Plural(n, "file", "files") + " could not be placed",
		Text: "Each says why, and can be tried again.", Action: "See files",
		Href: path.FilesWith(slug, url.Values{"status": {string(models.PlacementFailed)}}),
	}
}

// unremoved points to files that should have left SEA.
func unremoved(whose, slug string, n int64) views.Attention {
	return views.Attention{
		Tone: ui.ToneBad, Title: whose + ui.Plural(n, "file", "files") + " could not be removed from SEA",
		Text: "Each says why. SEA tries again every minute.", Action: "See files",
		Href: path.FilesWith(slug, url.Values{"status": {string(models.PlacementRemoving)}}),
	}
}

// unmoved points to moved files that stand in active storage still.
func unmoved(whose, slug string, n int64) views.Attention {
	return views.Attention{
		Tone: ui.ToneBad, Title: whose + ui.Plural(n, "moved file is", "moved files are") + " still in active storage",
		Text: "S3 does not delete the originals. Each says why; every run tries some again.", Action: "See files",
		Href: path.FilesWith(slug, url.Values{"status": {"unmoved"}}),
	}
}

// unseen points to files that are deleted soon and that nobody has downloaded.
func unseen(whose, slug string, n int64) views.Attention {
	return views.Attention{
		Tone: ui.ToneWarn, Title: whose + ui.Plural(n, "file", "files") + " will be deleted within 3 days",
		Text: "Nobody has downloaded them.", Action: "See files", Href: path.Within(path.Unfetched(slug), soonDays, ""),
	}
}

// strangers points to objects that SEA did not place.
func strangers(whose, slug string, n int64) views.Attention {
	return views.Attention{
		Tone: ui.ToneWarn, Title: whose + ui.Plural(n, "object", "objects") + " in SEA that no placement explains",
		Text: "Something else wrote to the location. SEA leaves it alone.", Action: "See objects", Href: path.Strangers(slug),
	}
}
