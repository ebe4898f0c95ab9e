package receipt

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestSpansJoinWhatTouches(t *testing.T) {
	t.Parallel()
	var s spans
	for _, r := range []span{{0, 8}, {16, 24}, {8, 8}, {24, 32}, {9, 10}, {8, 16}} {
		s = s.add(r.from, r.until)
	}
	if diff := cmp.Diff(spans{{0, 32}}, s, cmp.AllowUnexported(span{})); diff != "" {
		t.Error(diff)
	}
	if !s.whole(32) || s.whole(33) {
		t.Error("32 bytes are whole, 33 are not")
	}
}

// TestSpansAgreeWithASetOfBytes compares them with what they stand for.
func TestSpansAgreeWithASetOfBytes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var s spans
		var sent [64]bool
		for range rapid.IntRange(0, 40).Draw(t, "requests") {
			from := rapid.IntRange(0, len(sent)).Draw(t, "from")
			until := rapid.IntRange(from, len(sent)).Draw(t, "until")
			s = s.add(int64(from), int64(until))
			for i := from; i < until; i++ {
				sent[i] = true
			}
		}
		var covered [64]bool
		for i, at := range s {
			if at.until <= at.from || i > 0 && s[i-1].until >= at.from {
				t.Fatalf("not in order, or touching: %v", s)
			}
			for j := at.from; j < at.until; j++ {
				covered[j] = true
			}
		}
		if covered != sent {
			t.Fatalf("%v stands for other bytes", s)
		}
	})
}

func TestScatteredRangesClaimNoMoreThanWasSent(t *testing.T) {
	t.Parallel()
	var s spans
	for i := range int64(3 * mostSpans) {
		s = s.add(2*i, 2*i+1)
	}
	if len(s) != mostSpans || s.whole(6*mostSpans) {
		t.Errorf("%d spans", len(s))
	}
}
