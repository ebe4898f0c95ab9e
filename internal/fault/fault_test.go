package fault_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seaportal/internal/fault"
)

func TestKindSurvivesWrapping(t *testing.T) {
	t.Parallel()
	err := fmt.Errorf("enable unit: %w", fault.New(fault.Conflict, "Already on."))
	if !fault.Is(err, fault.Conflict) {
		t.Errorf("kind = %v, want conflict", fault.KindOf(err))
	}
	if got := fault.Message(err); got != "Already on." {
		t.Errorf("message = %q", got)
	}
}

func TestMessageHidesTheCauseOfAnOrdinaryError(t *testing.T) {
	t.Parallel()
	err := errors.New("dial tcp 10.0.0.1:5432: refused")
	if got := fault.Message(err); got != "Something failed on our side." {
		t.Errorf("message = %q", got)
	}
	if fault.KindOf(err) != fault.Internal {
		t.Errorf("kind = %v, want internal", fault.KindOf(err))
	}
}

func TestBadInputKeepsTheFirstComplaintOfEachField(t *testing.T) {
	t.Parallel()
	err := fault.BadInput(fault.Field{Name: "slug", Msg: "Needed."}, fault.Field{Name: "slug", Msg: "Too short."})
	if diff := cmp.Diff(map[string]string{"slug": "Needed."}, fault.Fields(err)); diff != "" {
		t.Error(diff)
	}
	if fault.BadInput() != nil {
		t.Error("no complaint is no fault")
	}
	if fault.Fields(fault.New(fault.Conflict, "x")) != nil {
		t.Error("only invalid faults have fields")
	}
}

func TestConfirmTakesTheNameAloneWithSpacesAroundIt(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]bool{"emea": true, " emea\n": true, "EMEA": false, "": false, "em ea": false} {
		err := fault.Confirm("emea", typed)
		if (err == nil) != want || !want && fault.Fields(err)["confirm"] != "Type emea to confirm." {
			t.Errorf("%q: %v", typed, err)
		}
	}
}
