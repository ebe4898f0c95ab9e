package link_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"seaportal/internal/fault"
	"seaportal/internal/limit"
	"seaportal/internal/link"
	"seaportal/internal/sealed"
	"seaportal/internal/store"
	"seaportal/internal/store/storetest"
)

func TestWrongPINsOfOneAddressAreLimitedOverAllLinks(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	tokens := make([]string, 6)
	for i := range tokens {
		tokens[i] = b.create(t, link.New{PIN: sealed.NewPlain("4711")}).Token.Reveal()
	}
	wrong := link.Wish{PIN: sealed.NewPlain("0000"), Address: "2001:db8::1"}
	for n := range 20 {
		wrong.Address = fmt.Sprintf("2001:db8::%d", n+1) // one network
		if _, err := b.Redeem(t.Context(), tokens[n/4], wrong); fault.Fields(err)["pin"] == "" {
			t.Fatalf("wrong PIN %d: %v", n, err)
		}
	}
	right := link.Wish{PIN: sealed.NewPlain("4711"), Address: "2001:db8::99"}
	_, err := b.Redeem(t.Context(), tokens[5], right)
	var reached *limit.Reached
	if !fault.Is(err, fault.TooMany) || !errors.As(err, &reached) || reached.After <= 0 {
		t.Errorf("the right PIN from that network: %v", err)
	}
	right.Address = "192.0.2.1"
	if _, err := b.Redeem(t.Context(), tokens[5], right); err != nil {
		t.Errorf("the right PIN from elsewhere: %v", err)
	}
	if page, err := b.List(t.Context(), b.unit, link.Query{}); err != nil || page.Rows[0].PINFailures != 0 {
		t.Errorf("a refusal for the address took a try of the link: %+v, %v", page.Rows[0], err)
	}
}

func TestALockedLinkIsListedAsOver(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	token := b.create(t, link.New{PIN: sealed.NewPlain("4711")}).Token.Reveal()
	for range 5 {
		if _, err := b.redeem(t, token, "0000"); err == nil {
			t.Fatal("a wrong PIN was right")
		}
	}
	for state, want := range map[string]int{"live": 0, "ended": 1} {
		page, err := b.List(t.Context(), b.unit, link.Query{State: state})
		if err != nil || len(page.Rows) != want || want == 1 && page.Rows[0].State() != "locked" {
			t.Errorf("%s: %+v, %v", state, page, err)
		}
	}
}

func TestTheRightPINCostsNoTryThoughNothingIsGiven(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := setUp(t, s)
		token := b.create(t, link.New{PIN: sealed.NewPlain("4711"), MaxDownloads: 1}).Token.Reveal()
		way, err := b.redeem(t, token, "4711")
		if err != nil {
			t.Fatal(err)
		}
		for range 6 { // the one download is under way
			if _, err := b.redeem(t, token, "4711"); !fault.Is(err, fault.Conflict) {
				t.Fatalf("while it is under way: %v", err)
			}
		}
		if body := transfer(t, b.begin(t, token, way), 0); body != content {
			t.Errorf("sent %q", body)
		}
		page, err := b.List(t.Context(), b.unit, link.Query{})
		if err != nil || page.Rows[0].PINFailures != 0 {
			t.Errorf("the right PIN counts as wrong: %+v, %v", page.Rows, err)
		}
	})
}

func TestManyRightPINsAtOnceLockNobodyOut(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := setUp(t, s)
		token := b.create(t, link.New{PIN: sealed.NewPlain("4711")}).Token.Reveal()
		var all sync.WaitGroup
		for range 12 {
			all.Go(func() {
				if _, err := b.redeem(t, token, "4711"); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if page, err := b.List(t.Context(), b.unit, link.Query{}); err != nil || page.Rows[0].PINFailures != 0 {
			t.Errorf("the right PIN counts as wrong: %+v, %v", page.Rows, err)
		}
	})
}
