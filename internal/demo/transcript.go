package demo

import (
	"fmt"
	"strings"
	"time"
)

// opening is how a chat about a skill begins: what the customer wants, and
// what the agent finds.
type opening struct{ wish, finding string }

var openings = map[string]opening{
	"billing": {
		"I was charged twice for October. Can you look at my account?",
		"I see both charges. The second one was a retry of a card payment; I have sent it back.",
	},
	"claims": {
		"I sent photos of the damaged parcel on Monday and have heard nothing since.",
		"The photos are here and they are clear. Your claim is now with an assessor.",
	},
	"technical-support": {
		"The app signs me out every few minutes since the update.",
		"A session from your old phone was in the way. I have ended it.",
	},
	"retention": {
		"I would like to end my contract at the end of the month.",
		"I can do that for you. There is also a smaller plan that would halve the price.",
	},
	"sales": {
		"Do you deliver the larger model to Lyon before Christmas?",
		"We do: orders until the 15th arrive in time, and there are nine left.",
	},
}

var endings = map[string]string{
	"resolved":  "That settles it, thank you.",
	"callback":  "Please call me tomorrow after ten, then.",
	"escalated": "I would like to speak to somebody who can decide this.",
	"complaint": "I am not satisfied with that, and want it on record.",
}

// transcript is a chat as text: a heading with what the contact was, then one
// line for each message.
func (c contact) transcript() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Chat transcript %s\n", c.id())
	fmt.Fprintf(&b, "Began: %s\nTeam: %s\nAgent: %s\nDisposition: %s\n\n",
		c.began.Format(time.RFC3339), c.team, c.agent, c.disposition)
	given, _, _ := strings.Cut(c.agent, " ")
	at := c.began
	say := func(who, what string) {
		fmt.Fprintf(&b, "[%s] %s: %s\n", at.Format(time.TimeOnly), who, what)
		at = at.Add(time.Duration(20+7*len(what)/10) * time.Second)
	}
	about := openings[c.skill]
	say(given, "Good day, you are speaking with "+given+". How can I help?")
	say(c.customer, about.wish)
	say(given, "Thank you, "+c.customer+". One moment, please.")
	say(given, about.finding)
	say(c.customer, endings[c.disposition])
	say(given, fmt.Sprintf("Your reference is %s. Have a good day.", c.id()))
	return b.String()
}
