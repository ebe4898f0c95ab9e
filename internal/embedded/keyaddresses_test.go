package embedded

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seaportal/internal/store/storetest"
	"seaportal/models"
)

var noon = time.Date(2030, 1, 2, 12, 0, 0, 0, time.UTC)

func TestWhatCannotBeWrittenIsAddedLater(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	k := newKeyAddresses(db)
	at := func(seconds int) time.Time { return noon.Add(time.Duration(seconds) * time.Second) }
	k.record("AKIA1", "192.0.2.1", at(0), false)
	k.record("AKIA1", "192.0.2.2", at(0), true)
	raw, err := db.SQL()
	if err != nil {
		t.Fatal(err)
	}
	execute := func(query string) {
		t.Helper()
		if _, err := raw.ExecContext(t.Context(), query); err != nil {
			t.Fatal(err)
		}
	}
	execute("ALTER TABLE iam_key_addresses RENAME TO elsewhere")
	if err := k.write(t.Context()); err == nil {
		t.Fatal("written to a table that is not there")
	}
	k.record("AKIA1", "192.0.2.1", at(5), true)
	execute("ALTER TABLE elsewhere RENAME TO iam_key_addresses")
	for range 2 {
		if err := k.write(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	k.record("AKIA1", "192.0.2.2", at(9), true)
	if err := k.write(t.Context()); err != nil {
		t.Fatal(err)
	}
	got, err := db.KeyAddresses(t.Context(), "AKIA1")
	if err != nil {
		t.Fatal(err)
	}
	used := at(0)
	want := []models.IAMKeyAddress{
		{KeyID: "AKIA1", Address: "192.0.2.2", FirstAt: at(0), LastAt: at(9), Requests: 2, Refused: 2},
		{KeyID: "AKIA1", Address: "192.0.2.1", FirstAt: at(0), LastAt: at(5), UsedAt: &used, Requests: 2, Refused: 1},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestMemoryForAddressesIsBounded(t *testing.T) {
	t.Parallel()
	k := newKeyAddresses(nil)
	for i := range 2 * maxPendingAddresses {
		k.record("AKIA1", fmt.Sprintf("2001:db8::%x", i), noon, false)
	}
	k.record("AKIA1", "2001:db8::1", noon, false) // one that is there is counted on
	if len(k.pending) != maxPendingAddresses || k.pending[keyAddress{"AKIA1", "2001:db8::1"}].Requests != 2 {
		t.Errorf("%d kept", len(k.pending))
	}
}
