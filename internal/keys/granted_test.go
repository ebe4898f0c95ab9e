package keys_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seaportal/internal/clock"
	"seaportal/internal/fault"
	"seaportal/internal/keys"
	"seaportal/internal/store/storetest"
	"seaportal/models"
)

func TestGrantedAreTheKeysOfFilesAndTheOneToCome(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	service, u := service(t, s), unit(t, s, "emea")
	if none, err := service.Granted(t.Context(), u); err != nil || len(none) > 0 {
		t.Errorf("before there is a key: %v, %v", none, err)
	}
	system, err := service.System(t.Context(), u)
	if err != nil {
		t.Fatal(err)
	}
	gone := "arn:aws:kms:eu-central-1:111122223333:key/5b9e9a4e-0000-4000-8000-000000000000"
	var rows []models.Placement
	for i, arn := range []string{gone, "another-servers-key", ""} {
		rows = append(rows, models.Placement{
			UnitID: u.ID, FileID: int64(i + 1), SEAKey: string(rune('a' + i)), State: models.PlacementPlaced,
			SourceState: models.SourceKept, QueuedAt: clock.Real.Now(), KeyARN: arn,
		})
	}
	if err := s.InsertPlacements(t.Context(), rows); err != nil {
		t.Fatal(err)
	}
	got, err := service.Granted(t.Context(), u)
	if diff := cmp.Diff([]string{gone, system}, got); err != nil || diff != "" {
		t.Error(err, diff)
	}
}

// A key is open to readers before files rest under it, or it is not chosen.
func TestChoosingAKeyPermitsItFirst(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	service, u := service(t, s), unit(t, s, "emea")
	var permitted []string
	refused := errors.New("refused")
	var answer error
	service.Permit = func(_ context.Context, of models.BusinessUnit, arn string) error {
		permitted = append(permitted, arn)
		return answer
	}
	own := made(t, local(t, s))
	if err := service.Choose(t.Context(), ada, u, u.LockVersion, keys.Choice{Use: "arn", ARN: own}); err != nil {
		t.Fatal(err)
	}
	u, err := s.Unit(t.Context(), u.ID)
	if err != nil {
		t.Fatal(err)
	}
	answer = refused
	if err := service.Choose(t.Context(), ada, u, u.LockVersion, keys.Choice{Use: "system"}); !errors.Is(err, refused) {
		t.Errorf("a key that nobody may read by: %v", err)
	}
	system, err := service.System(t.Context(), u)
	if diff := cmp.Diff([]string{own, system}, permitted); err != nil || diff != "" {
		t.Error(err, diff)
	}
	if now, err := s.Unit(t.Context(), u.ID); err != nil || now.CustomKeyARN != own {
		t.Errorf("the key is %q, %v", now.CustomKeyARN, err)
	}
}

func TestWithoutAKMSNobodyHasAKey(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	u := unit(t, s, "emea")
	u.CustomKeyARN = "left-from-another-server"
	service := &keys.Service{Store: s, Clock: clock.Real}
	if arn, err := service.Current(t.Context(), u); err != nil || arn != "" {
		t.Errorf("%q, %v", arn, err)
	}
	if over, err := service.Overview(t.Context(), u); err != nil || !over.None {
		t.Errorf("%+v, %v", over, err)
	}
	if err := service.Choose(t.Context(), ada, u, u.LockVersion, keys.Choice{Use: "system"}); !fault.Is(err, fault.Conflict) {
		t.Errorf("choosing: %v", err)
	}
	if err := service.Switch(t.Context(), ada, u, "", false); !fault.Is(err, fault.Conflict) {
		t.Errorf("disabling: %v", err)
	}
}

func TestOneKeyIsEverybodys(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	l := local(t, s)
	service := &keys.Service{Store: s, Clock: clock.Real, OneKey: made(t, l), KMS: l}
	first, err := service.System(t.Context(), unit(t, s, "emea"))
	if err != nil {
		t.Fatal(err)
	}
	if second, err := service.System(t.Context(), unit(t, s, "apac")); err != nil || second != first {
		t.Errorf("%q and %q, %v", first, second, err)
	}
	amer := unit(t, s, "amer")
	if granted, err := service.Granted(t.Context(), amer); err != nil || len(granted) != 1 || granted[0] != first {
		t.Errorf("granted are %v, %v", granted, err)
	}
	over, err := service.Overview(t.Context(), amer)
	if err != nil || !over.Current.System || over.Current.State != keys.Enabled || over.Kept {
		t.Errorf("%+v, %v", over, err)
	}
	service.KMS = keys.Unasked{}
	if over, err := service.Overview(t.Context(), amer); err != nil || over.Current.ARN != first || over.Current.State != keys.Unavailable {
		t.Errorf("a key that nobody answers for: %+v, %v", over, err)
	}
	if err := service.Choose(t.Context(), ada, amer, amer.LockVersion, keys.Choice{Use: "arn", ARN: first}); fault.Fields(err)["arn"] == "" {
		t.Errorf("choosing it: %v", err)
	}
}
