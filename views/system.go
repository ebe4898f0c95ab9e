package views

import "strings"

// jobs says for people what each periodic job does.
var jobs = map[string]string{
	"settle": "Finish what was interrupted", "resume": "Go on with placements after a restart", "expire": "Delete files whose time is over",
	"meter": "Measure usage", "scan": "Look through active storage", "place": "Place files that are due",
	"pending": "Pick up runs that were asked for", "run_unit": "Run a business unit's rules",
	"reconcile": "Compare SEA with the records", "housekeeping": "Clean up",
}

// name writes the job's name for people.
func (r RunRow) name() string {
	if name, ok := jobs[r.Job]; ok {
		return name
	}
	words := strings.ReplaceAll(r.Job, "_", " ")
	return strings.ToUpper(words[:min(1, len(words))]) + words[min(1, len(words)):]
}

// version names what Go calls a build that no version was recorded in.
func version(recorded string) string {
	if recorded == "(devel)" {
		return "Development build"
	}
	return recorded
}
