package news

import (
	"cmp"
	"strings"

	"seaportal/internal/lifecycle"
)

// Newest gives the newest event of each object, in the order in which the
// objects were first named, whatever the order and number of the reports.
func Newest(reports []Report) []lifecycle.Event {
	type object struct{ bucket, key string }
	places := make(map[object]int, len(reports))
	var newest []Report
	for _, report := range reports {
		place, known := places[object{report.Bucket, report.Key}]
		switch {
		case !known:
			places[object{report.Bucket, report.Key}] = len(newest)
			newest = append(newest, report)
		case compare(report, newest[place]) > 0:
			newest[place] = report
		}
	}
	events := make([]lifecycle.Event, len(newest))
	for i, report := range newest {
		events[i] = report.Event
	}
	return events
}

// compare orders two reports of one object: by their sequencers, then by their
// times. Of two that neither tells apart a deletion counts, since a look at the
// object sets that right, and what is not looked for is not found. The address
// is last, so that the order is a total one.
func compare(a, b Report) int {
	return cmp.Or(compareSequencers(a.Sequencer, b.Sequencer), a.At.Compare(b.At), rank(a.Kind)-rank(b.Kind),
		strings.Compare(a.Address, b.Address))
}

func rank(kind lifecycle.EventKind) int {
	switch kind {
	case lifecycle.Deleted:
		return 2
	case lifecycle.Expired:
		return 1
	case lifecycle.Created:
	}
	return 0
}

// compareSequencers compares hexadecimal texts as Amazon documents it for S3
// ("Event message structure"): the shorter one is padded with zeros on the
// right, then they compare as texts.
func compareSequencers(a, b string) int {
	length := max(len(a), len(b))
	return strings.Compare(padded(a, length), padded(b, length))
}

func padded(sequencer string, length int) string {
	return strings.ToUpper(sequencer) + strings.Repeat("0", length-len(sequencer))
}
