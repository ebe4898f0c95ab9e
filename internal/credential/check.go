package credential

import (
	"context"
	"fmt"
	"time"

	"seaportal/models"
)

// checkTime bounds each question of TestConnection.
const checkTime = 5 * time.Second

// Outcome is how a check ended.
type Outcome string

// The outcomes. Noted is a fact that nobody has to do anything about, Skipped a
// question that could not be asked.
const (
	Passed  Outcome = "passed"
	Noted   Outcome = "noted"
	Failed  Outcome = "failed"
	Skipped Outcome = "skipped"
)

// Check is one line of a test. Said is what was found, Partner what the holder
// of the set would see because of it, Do what to do; the last two are empty
// where there is nothing to say. All are sentences for people.
type Check struct {
	Name              string
	Outcome           Outcome
	Said, Partner, Do string
}

// TestConnection goes the way of a partner's request as far as that is possible
// without the secret, which the portal does not have: the policy and the key by
// asking IAM, the location and a file by the portal's own key, the endpoint by
// its public URL. It changes nothing, and answers in any case: a server that
// says nothing is a finding.
func (s *Service) TestConnection(ctx context.Context, unit models.BusinessUnit) ([]Check, error) {
	held, err := s.store.HeldCredentials(ctx, unit.ID)
	if err != nil {
		return nil, err
	}
	checks := []Check{
		timed(ctx, func(ctx context.Context) Check { return s.checkKey(ctx, unit, held) }),
		timed(ctx, func(ctx context.Context) Check { return s.checkPolicy(ctx, unit) }),
	}
	sample, listed := s.checkLocation(ctx, unit)
	checks = append(checks, listed)
	checks = append(checks, s.checkSample(ctx, unit, sample)...)
	return append(checks, s.checkEndpoint(ctx)...), nil
}

func timed(ctx context.Context, ask func(ctx context.Context) Check) Check {
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	return ask(ctx)
}

// unanswered is a check whose question got no answer.
func unanswered(name, whom string) Check {
	return Check{
		Name: name, Outcome: Failed, Said: whom + " did not answer.",
		Do: "Look at the System page and at the portal's log, then test again.",
	}
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
