package usage

import (
	"cmp"
	"math/big"
	"slices"
	"time"

	"seaportal/internal/store"
	"seaportal/models"
)

// account is what usage is kept for: a rule's files that somebody has fetched,
// and those that nobody has.
type account struct {
	Rule    int64
	Fetched bool
}

// portion is what an account held on one day. Held are byte-seconds; they pass
// what 64 bits can count. Files were there at some moment of the day, Standing
// at its end.
type portion struct {
	account
	Day           Day
	Held          *big.Int
	Files         int64
	StandingFiles int64
	StandingBytes int64
}

// carry works out what each account held on each day from one day until an
// instant, the last day as far as it has come: what stood at its beginning held
// all of the day, what arrived from its second on, what left until its own.
func carry(standing map[account]portion, events []store.UsageEvent, from Day, until time.Time) []portion {
	byDay := map[Day][]store.UsageEvent{}
	for _, e := range events {
		byDay[Day(e.Day)] = append(byDay[Day(e.Day)], e)
	}
	var all []portion
	for day := from; day.Start().Before(until); day++ {
		length := min(daySeconds, until.Unix()-day.Start().Unix())
		today := begin(standing, day, length)
		for _, e := range byDay[day] {
			a := account{Rule: e.RuleID, Fetched: e.Fetched}
			if today[a] == nil {
				today[a] = &portion{account: a, Day: day, Held: new(big.Int)}
			}
			today[a].count(e, length)
		}
		standing = make(map[account]portion, len(today))
		for a, p := range today {
			standing[a] = *p
			if !p.empty() {
				all = append(all, *p)
			}
		}
	}
	slices.SortFunc(all, inOrder)
	return all
}

// begin opens a day with what stood at the end of the day before.
func begin(standing map[account]portion, day Day, length int64) map[account]*portion {
	today := make(map[account]*portion, len(standing))
	for a, before := range standing {
		if before.StandingFiles == 0 && before.StandingBytes == 0 {
			continue
		}
		today[a] = &portion{
			account: a, Day: day, Held: product(before.StandingBytes, length), Files: before.StandingFiles,
			StandingFiles: before.StandingFiles, StandingBytes: before.StandingBytes,
		}
	}
	return today
}

// count adds what arrived, or takes off what left: the size of each file times
// the seconds from then to the end of the day.
func (p *portion) count(e store.UsageEvent, length int64) {
	rest := product(e.Bytes, length)
	rest.Sub(rest, joined(e.MomentHigh, e.MomentLow))
	if e.Arrived {
		p.Held.Add(p.Held, rest)
		p.Files += e.Files
		p.StandingFiles += e.Files
		p.StandingBytes += e.Bytes
		return
	}
	p.Held.Sub(p.Held, rest)
	p.StandingFiles -= e.Files
	p.StandingBytes -= e.Bytes
}

// empty tells that there is nothing to tell.
func (p *portion) empty() bool {
	return p.Files == 0 && p.Held.Sign() == 0 && p.StandingFiles == 0 && p.StandingBytes == 0
}

// impossible tells that more left an account than had arrived: what it was
// carried on from is out of date.
func (p *portion) impossible() bool {
	return p.Files < 0 || p.Held.Sign() < 0 || p.StandingFiles < 0 || p.StandingBytes < 0
}

func inOrder(a, b portion) int {
	fetched := 0
	if a.Fetched != b.Fetched {
		fetched = 1
		if b.Fetched {
			fetched = -1
		}
	}
	return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.Rule, b.Rule), fetched)
}

// closed is the portion as the database keeps it.
func (p *portion) closed(unitID int64) models.UsageDay {
	days, rest := new(big.Int).QuoRem(p.Held, big.NewInt(daySeconds), new(big.Int))
	return models.UsageDay{
		UnitID: unitID, Day: p.Day.String(), RuleID: p.Rule, Fetched: p.Fetched, ByteDays: days.Int64(), ByteSeconds: rest.Int64(),
		Files: p.Files, StandingFiles: p.StandingFiles, StandingBytes: p.StandingBytes,
	}
}

// opened reads a portion back.
func opened(row models.UsageDay) (portion, error) {
	day, err := ParseDay(row.Day)
	held := product(row.ByteDays, daySeconds)
	return portion{
		account: account{Rule: row.RuleID, Fetched: row.Fetched}, Day: day, Held: held.Add(held, big.NewInt(row.ByteSeconds)),
		Files: row.Files, StandingFiles: row.StandingFiles, StandingBytes: row.StandingBytes,
	}, err
}

func product(a, b int64) *big.Int { return new(big.Int).Mul(big.NewInt(a), big.NewInt(b)) }

// joined puts a sum together that came in two numbers.
func joined(high, low int64) *big.Int {
	sum := product(high, store.MomentUnit)
	return sum.Add(sum, big.NewInt(low))
}
