package limit_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"seaportal/internal/fault"
	"seaportal/internal/limit"
)

func TestFailuresAreFreeUpToTheBurstAndEarnedBack(t *testing.T) {
	t.Parallel()
	table, at := limit.NewTable(2, time.Minute), time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	for range 2 {
		if wait := table.Wait("a", at); wait > 0 {
			t.Errorf("waits %s", wait)
		}
		table.Take("a", at)
	}
	if wait := table.Wait("a", at); wait != time.Minute {
		t.Errorf("waits %s", wait)
	}
	if table.Wait("b", at) > 0 || table.Wait("a", at.Add(time.Minute)) > 0 {
		t.Error("another key waits, or a minute is not enough")
	}
	for n := range 20_000 {
		table.Take(fmt.Sprint(n), at)
	}
	if table.Wait("a", at) > 0 {
		t.Error("the table keeps every key")
	}
}

func TestRefusalsSayHowLong(t *testing.T) {
	t.Parallel()
	for wait, want := range map[time.Duration]string{
		time.Millisecond: "Too many attempts. Try again in 1 second.", 61 * time.Second: "Too many attempts. Try again in 61 seconds.",
	} {
		err := limit.Refuse(wait)
		var reached *limit.Reached
		if !fault.Is(err, fault.TooMany) || fault.Message(err) != want || !errors.As(err, &reached) || reached.After != wait {
			t.Errorf("%s: %v", wait, err)
		}
	}
	if err := limit.Refuse(0); err != nil {
		t.Error(err)
	}
}

func TestNetworksAreWhatOneCanHardlyLeave(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"192.0.2.7": "192.0.2.7", "::ffff:192.0.2.7": "192.0.2.7", "2001:db8::1": "2001:db8::/64", "2001:db8::2%eth0": "2001:db8::/64", "": "", "somewhere": "somewhere",
	} {
		if got := limit.Network(address); got != want {
			t.Errorf("%q is of %q, want %q", address, got, want)
		}
	}
}
