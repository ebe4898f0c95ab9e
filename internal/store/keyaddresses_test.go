package store_test

import (
	"fmt"
	"testing"
	"time"

	"seaportal/internal/store"
	"seaportal/internal/store/storetest"
	"seaportal/models"
)

func TestOfAKeysAddressesTheLatestAreKept(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		var seen []models.IAMKeyAddress
		for i := range store.MaxKeyAddresses + 20 {
			at := iamTime.Add(time.Duration(i) * time.Minute)
			seen = append(seen, models.IAMKeyAddress{KeyID: "AKIA1", Address: fmt.Sprintf("10.0.0.%d", i), FirstAt: at, LastAt: at, UsedAt: &at, Requests: 1})
		}
		other := models.IAMKeyAddress{KeyID: "AKIA2", Address: "10.0.0.1", FirstAt: iamTime, LastAt: iamTime, Requests: 3, Refused: 3}
		for range 2 {
			if err := s.AddKeyAddresses(ctx, append(seen, other)); err != nil {
				t.Fatal(err)
			}
		}
		got, err := s.KeyAddresses(ctx, "AKIA1")
		if err != nil || len(got) != store.MaxKeyAddresses || got[0].Address != "10.0.0.69" || got[49].Address != "10.0.0.20" || got[0].Requests != 2 {
			t.Errorf("%d kept, %v", len(got), err)
		}
		last, err := s.LastKeyUses(ctx)
		if err != nil || len(last) != 1 || !last["AKIA1"].Equal(iamTime.Add(69*time.Minute)) {
			t.Errorf("last uses %v, %v", last, err)
		}
		if err := s.DropKeyAddresses(ctx, iamTime.Add(30*time.Minute)); err != nil {
			t.Fatal(err)
		}
		if got, err := s.KeyAddresses(ctx, "AKIA1"); err != nil || len(got) != 40 {
			t.Errorf("%d left, %v", len(got), err)
		}
		if got, err := s.KeyAddresses(ctx, "AKIA2"); err != nil || len(got) != 0 {
			t.Errorf("%d left of the other, %v", len(got), err)
		}
	})
}
