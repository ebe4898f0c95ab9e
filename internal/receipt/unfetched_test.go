package receipt_test

import (
	"fmt"
	"strings"
	"testing"

	"seaportal/internal/clock"
	"seaportal/internal/receipt"
	"seaportal/internal/store"
	"seaportal/internal/store/storetest"
)

func TestUnfetchedNamesWhatIsLostSoonAndReachedNobody(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b, other := newBench(t, s, "emea"), newBench(t, s, "apac")
		files := b.place(1, 3, "soon.wav", "=cmd()", "fetched.wav", "held.wav")
		b.place(10, 20, "later.wav")
		other.place(20, 2, "theirs.wav")
		b.Observe(b.get("fetched.wav", 0, 100, clock.Real.Now()))
		b.write()
		if err := s.SetHeld(t.Context(), files[3], true); err != nil {
			t.Fatal(err)
		}
		page, err := b.Unfetched(t.Context(), &b.unit, 7, "")
		if err != nil || page.Files != 2 || page.Bytes != 200 || page.Next != "" || len(page.Rows) != 2 || page.Rows[0].Key != "soon.wav" {
			t.Errorf("%+v, %v", page, err)
		}
		if page, err = b.Unfetched(t.Context(), &b.unit, 30, ""); err != nil || page.Files != 3 {
			t.Errorf("within 30 days %d, %v", page.Files, err)
		}
		page, err = b.Unfetched(t.Context(), nil, 7, "nonsense")
		if err != nil || len(page.Rows) != 3 || page.Rows[0].Key != "theirs.wav" || page.Rows[0].Unit.Slug != "apac" {
			t.Errorf("everywhere %+v, %v", page, err)
		}
		var out strings.Builder
		if err := b.Export(t.Context(), &out, &b.unit, 7); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(out.String(), "\r\n")
		if len(lines) != 4 || !strings.HasPrefix(lines[1], "emea,soon.wav,soon.wav,100,1,,1,") || !strings.HasPrefix(lines[2], "emea,'=cmd(),'=cmd(),100,") {
			t.Errorf("%q", lines)
		}
	})
}

func TestUnfetchedIsPagedWithoutLoss(t *testing.T) {
	t.Parallel()
	b := newBench(t, storetest.Open(t), "emea")
	keys := make([]string, 2*receipt.PageSize+1) // all expire at once: the id decides
	for i := range keys {
		keys[i] = fmt.Sprintf("%03d", i)
	}
	b.place(1, 1, keys...)
	var seen []string
	for from := ""; ; {
		page, err := b.Unfetched(t.Context(), &b.unit, 7, from)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range page.Rows {
			seen = append(seen, row.Key)
		}
		if from = page.Next; from == "" {
			break
		}
	}
	if strings.Join(seen, " ") != strings.Join(keys, " ") {
		t.Errorf("%d files in another order", len(seen))
	}
	for text, days := range map[string]int{"": 7, "x": 7, "0": 7, "-3": 7, "1": 1, "400": 400, "99999999": 3650} {
		if got := receipt.DaysOf(text); got != days {
			t.Errorf("%q is %d days", text, got)
		}
	}
}
