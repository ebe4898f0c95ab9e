package demo

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// files is how many sample files there are; every third is a chat.
const (
	files     = 210
	chatEvery = 3
	days      = 7
)

// contact is one conversation between a customer and an agent.
type contact struct {
	number      int // from 1
	began       time.Time
	chat        bool
	skill       string
	team        string
	agent       string
	customer    string
	dnis        string
	disposition string
}

// line is what people call about: a skill, the number that they dial and the
// team that answers.
type line struct{ skill, dnis, team string }

var (
	lines = []line{
		{"billing", "+442079460101", "London Billing"},
		{"claims", "+442079460102", "London Claims"},
		{"technical-support", "+353100000103", "Dublin Support"},
		{"retention", "+4930900090104", "Berlin Retention"},
		{"sales", "+33199000105", "Paris Sales"},
	}
	agents = []string{
		"Amara Okafor", "Björn Lindqvist", "Chiara Conti", "Daniel Novák", "Elif Demir",
		"Fiona Walsh", "Guillaume Petit", "Hanna Virtanen", "Inês Carvalho", "Jonas Weber",
	}
	customers    = []string{"Ms Byrne", "Mr Haddad", "Ms Kowalska", "Mr Moreau", "Ms Olsen", "Mr Patel", "Ms Rossi", "Mr Schmidt"}
	dispositions = []string{"resolved", "resolved", "resolved", "callback", "escalated", "complaint"}
)

// contacts gives the sample contacts of the days before a moment. The same
// day always gives the same contacts.
func contacts(before time.Time) []contact {
	first := before.UTC().Truncate(24*time.Hour).AddDate(0, 0, -days)
	dice := rand.New(rand.NewPCG(2026, 11)) //nolint:gosec // variety, not secrecy
	all := make([]contact, files)
	for i := range all {
		about := lines[dice.IntN(len(lines))]
		opened := 8*time.Hour + time.Duration(dice.IntN(10*3600))*time.Second
		all[i] = contact{
			number:      i + 1,
			began:       first.AddDate(0, 0, i*days/files).Add(opened),
			chat:        i%chatEvery == chatEvery-1,
			skill:       about.skill,
			team:        about.team,
			dnis:        about.dnis,
			agent:       agents[dice.IntN(len(agents))],
			customer:    customers[dice.IntN(len(customers))],
			disposition: dispositions[dice.IntN(len(dispositions))],
		}
	}
	return all
}

func (c contact) id() string {
	return fmt.Sprintf("EMEA-%s-%06d", c.began.Format("20060102"), c.number)
}

// object is the contact as a file of active storage. Names of people are
// written in ASCII: S3 carries metadata in headers.
func (c contact) object(prefix string) Object {
	media, extension, contentType := "call-recording", "wav", "audio/wav"
	body := recording(fmt.Sprintf("%06d", c.number))
	if c.chat {
		media, extension, contentType = "chat-transcript", "txt", "text/plain; charset=utf-8"
		body = []byte(c.transcript())
	}
	return Object{
		Key:         fmt.Sprintf("%s%s/%s.%s", prefix, c.began.Format("2006/01/02"), c.id(), extension),
		ContentType: contentType,
		Body:        body,
		Metadata: map[string]string{
			"media-type": media, "skill": c.skill, "team": c.team, "agent": ascii.Replace(c.agent),
			"dnis": c.dnis, "disposition": c.disposition, "contact-id": c.id(),
		},
	}
}

var ascii = strings.NewReplacer("ö", "o", "á", "a", "ê", "e")
