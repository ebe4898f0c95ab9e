package embedded

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"sync"

	"github.com/versity/versitygw/iamapi/policy"
	"github.com/versity/versitygw/iamapi/types"
)

// excerpts keeps, of each policy document, what can concern an action:
// versitygw reads the text again at each decision, and most of it is about
// something else. Excerpts depend on the text alone, so they are never wrong;
// they are dropped with the users, so that they do not pile up.
type excerpts struct {
	mu   sync.RWMutex
	kept map[excerptOf]concern
}

type excerptOf struct{ document, action string }

// concern is what a document says about an action: a plain permission, or a
// text that versitygw has to read.
type concern struct {
	text    string   // empty: nothing
	allowed []string // where the text is a plain permission: resources, a * at the end stands for the rest
}

// decide is how a user's documents decide an action on a resource. Known is
// what conditions are evaluated against; most decisions need none.
func (e *excerpts) decide(user *types.User, action, resource string, known func() map[string][]string) policy.Decision {
	decision := policy.DecisionNoMatch
	for _, entry := range user.Policies.Inline {
		switch e.of(entry.PolicyDocument, action).decide(action, resource, known) {
		case policy.DecisionNoMatch:
		case policy.DecisionAllow:
			decision = policy.DecisionAllow
		case policy.DecisionDeny:
			return policy.DecisionDeny
		}
	}
	return decision
}

func (c concern) decide(action, resource string, known func() map[string][]string) policy.Decision {
	if c.text == "" {
		return policy.DecisionNoMatch
	}
	if c.allowed == nil {
		return policy.EvaluateIdentityPolicies([]types.PolicyEntry{{PolicyDocument: c.text}},
			policy.RequestContext{Action: action, Resource: resource, Condition: known()})
	}
	for _, pattern := range c.allowed {
		begin, open := strings.CutSuffix(pattern, "*")
		if resource == pattern || (open && strings.HasPrefix(resource, begin)) {
			return policy.DecisionAllow
		}
	}
	return policy.DecisionNoMatch
}

func (e *excerpts) of(document, action string) concern {
	of := excerptOf{document, action}
	e.mu.RLock()
	kept, found := e.kept[of]
	e.mu.RUnlock()
	if found {
		return kept
	}
	of.action = strings.Clone(of.action)
	kept.text = excerpt(of.document, of.action)
	kept.allowed = plainly(kept.text, of.action)
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.kept == nil {
		e.kept = map[excerptOf]concern{}
	}
	e.kept[of] = kept
	return kept
}

func (e *excerpts) drop() {
	e.mu.Lock()
	defer e.mu.Unlock()
	clear(e.kept)
}

// plainly gives the resources that an excerpt allows an action on, if that is
// all it says: no condition, no variable, no exception, no other pattern than
// a * at the end. Such is the policy of every business unit.
func plainly(text, action string) []string {
	var whole policy.Document
	if text == "" || json.Unmarshal([]byte(text), &whole) != nil || whole.Validate() != nil {
		return nil
	}
	var resources []string
	for _, s := range whole.Statement {
		if s.Effect != "Allow" || len(s.Condition) > 0 || len(s.NotAction) > 0 || len(s.NotResource) > 0 || len(s.Principal) > 0 || len(s.NotPrincipal) > 0 ||
			!slices.ContainsFunc(s.Action, func(name string) bool { return len(name) == len(action) && strings.EqualFold(name, action) }) {
			return nil
		}
		for _, pattern := range s.Resource {
			if strings.ContainsAny(strings.TrimSuffix(pattern, "*"), "*?$") {
				return nil
			}
			resources = append(resources, pattern)
		}
	}
	return resources
}

// excerpt leaves out the statements that name other actions only; it is empty
// when none is left. A document that is not valid stays whole: it denies
// everything.
func excerpt(document, action string) string {
	var whole policy.Document
	if json.Unmarshal([]byte(document), &whole) != nil || whole.Validate() != nil {
		return document
	}
	var parts struct {
		Version   string `json:",omitempty"`
		Statement json.RawMessage
	}
	if json.Unmarshal([]byte(document), &parts) != nil {
		return document
	}
	statements := []json.RawMessage{parts.Statement}
	if bytes.HasPrefix(bytes.TrimSpace(parts.Statement), []byte("[")) {
		statements = nil
		if json.Unmarshal(parts.Statement, &statements) != nil {
			return document
		}
	}
	if len(statements) != len(whole.Statement) {
		return document
	}
	var concerning []json.RawMessage
	for i, statement := range statements {
		if concerns(whole.Statement[i], action) {
			concerning = append(concerning, statement)
		}
	}
	if len(concerning) == 0 {
		return ""
	}
	text, err := json.Marshal(concerning)
	if err != nil {
		return document
	}
	parts.Statement = text
	short, err := json.Marshal(parts)
	if err != nil {
		return document
	}
	return string(short)
}

// concerns tells whether a statement can be about an action. It is when in
// doubt: a pattern is left to versitygw.
func concerns(statement policy.Statement, action string) bool {
	return len(statement.Action) == 0 || slices.ContainsFunc(statement.Action, func(pattern string) bool {
		return strings.ContainsAny(pattern, "*?") || strings.EqualFold(pattern, action)
	})
}
