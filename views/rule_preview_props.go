package views

import "time"

// RulePreview is what a composed rule would do now. Making one changes nothing.
type RulePreview struct {
	Checked     time.Time
	AtLeast     bool  // counting stopped: the numbers are lower bounds
	Looked      int64 // files of the media type
	Matched     int64 // by the conditions
	Count       int64 // that the rule would manage
	Bytes       int64
	Placed      int64          // left out: placed before
	Managers    []PreviewOther // left out: another rule has them, or comes first
	Gone        int64          // left out: left active storage
	NotActive   int64          // left out: in long-term or custom storage
	NotDue      int64          // left out for now: their days in active storage are not over
	Misses      []PreviewMiss  // files that do not match, by the first condition that fails
	PerDay      int64          // files that would follow each day
	PerDayBytes int64
	ArrivalDays int    // that the estimate is made from
	Limit       int64  // files a day that the unit places at most; 0: no limit
	Charge      string // for the files, for 30 days; empty: no rate is set
	First       []PreviewFile
}

// PreviewOther is another rule with how many of the matching files it has.
type PreviewOther struct {
	ID    int64
	Name  string
	Files int64
}

// PreviewMiss is a condition with how many files fail at it.
type PreviewMiss struct {
	Condition string
	Files     int64
}

// PreviewFile is one of the first files that the rule would manage.
type PreviewFile struct {
	ID     int64
	Key    string
	Size   int64
	Stored time.Time
}

// limitDays is how many days the files take by the daily limit, which other rules' files use up too.
func (v RulePreview) limitDays() int64 { return (v.Count + v.Limit - 1) / v.Limit }

func (v RulePreview) others() int64 {
	var n int64
	for _, m := range v.Managers {
		n += m.Files
	}
	return n
}
