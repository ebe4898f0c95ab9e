package e2e

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"
)

const regenerations = 20

// TestOldKeyIsRefusedBeforeTheNewIsShown measures how long a partner's key still works once *Regenerate* was sent. A client lists with
// the old key without a break meanwhile: once it was refused, it is refused for good, and that is before the answer is there.
func TestOldKeyIsRefusedBeforeTheNewIsShown(t *testing.T) {
	t.Parallel()
	in := launch(t)
	p := in.signedIn(adminEmail, "administrator")
	p.createUnit("Measured", "measured")
	set := p.generate("measured")
	var refused, answered []time.Duration
	for range regenerations {
		path := unitPath("measured", "credentials", "regenerate")
		form := url.Values{"nonce": {p.get(path).want(http.StatusOK).nonce()}, "confirm": {"measured"}}
		watch := watchKey(t, set)
		begun := time.Now()
		answer := p.post(path, form).want(http.StatusOK)
		done := time.Now()
		first, last := watch()
		if first.IsZero() || last.After(first) || last.After(done) {
			t.Errorf("refused %s after the request, what was sent until %s was accepted, answered after %s", first.Sub(begun), last.Sub(begun), done.Sub(begun))
		}
		refused, answered = append(refused, first.Sub(begun)), append(answered, done.Sub(begun))
		set = answer.credentials()
	}
	slices.Sort(refused)
	slices.Sort(answered)
	t.Logf("%d regenerations: from the POST to the old key's refusal, median %s, longest %s; to the answer, median %s, longest %s",
		regenerations, refused[regenerations/2].Round(time.Millisecond), refused[regenerations-1].Round(time.Millisecond),
		answered[regenerations/2].Round(time.Millisecond), answered[regenerations-1].Round(time.Millisecond))
}

// watchKey lists with a key, again and again. What it returns ends that once the key is dead, and gives when it was first refused and
// when a listing that was accepted was last sent.
func watchKey(t *testing.T, a account) func() (refused, accepted time.Time) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	client := a.sdk()
	if _, err := client.ListObjectsV2(ctx, a.listing()); err != nil {
		t.Errorf("the key does not work before: %v", err)
	}
	var refused, accepted time.Time
	stop, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for after := 0; after < 10; {
			sent := time.Now()
			_, err := client.ListObjectsV2(ctx, a.listing())
			switch {
			case err == nil:
				accepted = sent
			case errorCode(err) == "InvalidAccessKeyId" && refused.IsZero():
				refused = time.Now()
			case ctx.Err() != nil:
				return
			}
			select {
			case <-stop:
				after++
			default:
			}
		}
	}()
	return func() (time.Time, time.Time) {
		close(stop)
		<-ended
		cancel()
		return refused, accepted
	}
}
