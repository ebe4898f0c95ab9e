package keys_test

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"seaportal/internal/clock"
	"seaportal/internal/fault"
	"seaportal/internal/keyring"
	"seaportal/internal/keys"
	"seaportal/internal/sealed"
	"seaportal/internal/store"
	"seaportal/internal/store/storetest"
	"seaportal/models"
)

var ada = models.Actor{Kind: models.ActorUser, ID: 1, Name: "Ada"}

// masterKey is base64 of 32 bytes.
const masterKey = "AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM="

func local(t *testing.T, s *store.Store) *keys.Local {
	t.Helper()
	master, err := keyring.New(t.Context(), keyring.Config{Store: s, Master: sealed.NewPlain(masterKey)})
	if err != nil {
		t.Fatal(err)
	}
	return &keys.Local{Store: s, Master: master, Region: "eu-central-1", Clock: clock.Real}
}

func made(t *testing.T, l *keys.Local) string {
	t.Helper()
	out, err := l.CreateKey(t.Context(), &kms.CreateKeyInput{})
	if err != nil {
		t.Fatal(err)
	}
	return *out.KeyMetadata.Arn
}

func nothing(*store.Store) error { return nil }

func TestADataKeyOpensInItsContextOnly(t *testing.T) {
	t.Parallel()
	l := local(t, storetest.Open(t))
	arn, bound := made(t, l), map[string]string{"aws:s3:arn": "arn:aws:s3:::sea/emea/a"}
	out, err := l.GenerateDataKey(t.Context(), &kms.GenerateDataKeyInput{KeyId: &arn, EncryptionContext: bound})
	if err != nil || len(out.Plaintext) != 32 || *out.KeyId != arn {
		t.Fatalf("%v, %v", out, err)
	}
	again := local(t, l.Store) // as after a restart
	opened, err := again.Decrypt(t.Context(), &kms.DecryptInput{CiphertextBlob: out.CiphertextBlob, EncryptionContext: bound})
	if err != nil || !bytes.Equal(opened.Plaintext, out.Plaintext) || *opened.KeyId != arn {
		t.Fatalf("%v, %v", opened, err)
	}
	var wrong *types.InvalidCiphertextException
	for name, in := range map[string]*kms.DecryptInput{
		"another context": {CiphertextBlob: out.CiphertextBlob, EncryptionContext: map[string]string{"aws:s3:arn": "arn:aws:s3:::sea/emea/b"}},
		"no context":      {CiphertextBlob: out.CiphertextBlob},
		"a bit changed":   {CiphertextBlob: append(bytes.Clone(out.CiphertextBlob[:60]), out.CiphertextBlob[60]^1), EncryptionContext: bound},
		"cut off":         {CiphertextBlob: out.CiphertextBlob[:20], EncryptionContext: bound},
		"nothing":         {EncryptionContext: bound},
	} {
		if _, err := l.Decrypt(t.Context(), in); !errors.As(err, &wrong) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestADisabledKeyDoesNothingUntilItIsEnabled(t *testing.T) {
	t.Parallel()
	l := local(t, storetest.Open(t))
	arn := made(t, l)
	use := func() error {
		_, err := l.GenerateDataKey(t.Context(), &kms.GenerateDataKeyInput{KeyId: &arn})
		return err
	}
	if err := use(); err != nil {
		t.Fatal(err)
	}
	var disabled *types.DisabledException
	if err := l.Switch(t.Context(), arn, false, nothing); err != nil || !errors.As(use(), &disabled) {
		t.Errorf("disabled, with %v: %v", err, use())
	}
	refused := errors.New("refused")
	if err := l.Switch(t.Context(), arn, true, func(*store.Store) error { return refused }); !errors.Is(err, refused) || !errors.As(use(), &disabled) {
		t.Errorf("enabling was refused, with %v: %v", err, use())
	}
	if err := l.Switch(t.Context(), arn, true, nothing); err != nil || use() != nil {
		t.Errorf("enabled, with %v: %v", err, use())
	}
	var missing *types.NotFoundException
	for _, name := range []string{"", "none", "arn:aws:kms:eu-central-1:000000000000:key/5b9e9a4e-0000-4000-8000-000000000000"} {
		if _, err := l.GenerateDataKey(t.Context(), &kms.GenerateDataKeyInput{KeyId: &name}); !errors.As(err, &missing) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func unit(t *testing.T, s *store.Store, slug string) models.BusinessUnit {
	t.Helper()
	u := models.BusinessUnit{
		Slug: slug, Name: slug, ActiveBucket: "active", ActivePrefix: slug + "/",
		StorageKind: models.StorageSystem, SEAState: models.SEAOff, RetentionDays: 30,
	}
	if err := s.CreateUnit(t.Context(), &u); err != nil {
		t.Fatal(err)
	}
	return u
}

func service(t *testing.T, s *store.Store) *keys.Service {
	t.Helper()
	l := local(t, s)
	return &keys.Service{Store: s, KMS: l, Keeper: l, Clock: clock.Real}
}

func TestASystemKeyIsMadeOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		service, emea, apac := service(t, s), unit(t, s, "emea"), unit(t, s, "apac")
		arns := make(chan string, 8)
		for range cap(arns) {
			go func() {
				arn, err := service.System(context.WithoutCancel(t.Context()), emea)
				if err != nil {
					t.Error(err)
				}
				arns <- arn
			}()
		}
		first := <-arns
		for range cap(arns) - 1 {
			if arn := <-arns; arn != first || arn == "" {
				t.Errorf("it is %q, and %q to another", first, arn)
			}
		}
		if other, err := service.System(t.Context(), apac); err != nil || other == first {
			t.Errorf("the other unit has %q, %v", other, err)
		}
	})
}

func TestChoosingAKey(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		service, u := service(t, s), unit(t, s, "emea")
		choose := func(choice keys.Choice) error {
			err := service.Choose(t.Context(), ada, u, u.LockVersion, choice)
			if now, readErr := s.Unit(t.Context(), u.ID); readErr == nil {
				u = now
			}
			return err
		}
		system, err := service.Current(t.Context(), u)
		if err != nil {
			t.Fatal(err)
		}
		if err := choose(keys.Choice{Use: "new"}); err != nil || u.CustomKeyARN == "" || u.CustomKeyARN == system {
			t.Fatalf("a new one: %q, %v", u.CustomKeyARN, err)
		}
		own := u.CustomKeyARN
		if err := choose(keys.Choice{Use: "import", Material: "  " + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" + "\n"}); err != nil || u.CustomKeyARN == own {
			t.Errorf("one that was brought: %q, %v", u.CustomKeyARN, err)
		}
		if err := choose(keys.Choice{Use: "arn", ARN: own}); err != nil || u.CustomKeyARN != own {
			t.Errorf("the earlier one: %q, %v", u.CustomKeyARN, err)
		}
		if err := service.Switch(t.Context(), ada, u, own, false); err != nil {
			t.Fatal(err)
		}
		for field, choice := range map[string]keys.Choice{
			"use":      {Use: "other"},
			"arn":      {Use: "arn", ARN: own},
			"material": {Use: "import", Material: "c2hvcnQ="},
		} {
			if err := choose(choice); fault.Fields(err)[field] == "" {
				t.Errorf("%s: %v", field, err)
			}
		}
		for _, arn := range []string{"", "no ARN", "arn:aws:kms:eu-central-1:000000000000:key/5b9e9a4e-0000-4000-8000-000000000000"} {
			if err := choose(keys.Choice{Use: "arn", ARN: arn}); fault.Fields(err)["arn"] == "" {
				t.Errorf("%q: %v", arn, err)
			}
		}
		if err := service.Choose(t.Context(), ada, u, u.LockVersion-1, keys.Choice{Use: "system"}); !fault.Is(err, fault.Conflict) {
			t.Errorf("with an old form: %v", err)
		}
		if err := choose(keys.Choice{Use: "system"}); err != nil || u.CustomKeyARN != "" {
			t.Errorf("back to the system's: %q, %v", u.CustomKeyARN, err)
		}
	})
}

func TestOverviewTellsWhatRestsUnderWhichKey(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		service, u := service(t, s), unit(t, s, "emea")
		system, err := service.Current(t.Context(), u)
		if err != nil {
			t.Fatal(err)
		}
		gone := "arn:aws:kms:eu-central-1:111122223333:key/5b9e9a4e-0000-4000-8000-000000000000"
		var rows []models.Placement
		for i, arn := range []string{system, system, gone, ""} {
			rows = append(rows, models.Placement{
				UnitID: u.ID, FileID: int64(i + 1), SEAKey: string(rune('a' + i)), Size: 10, State: models.PlacementPlaced,
				SourceState: models.SourceKept, QueuedAt: clock.Real.Now(), KeyARN: arn,
			})
		}
		if err := s.InsertPlacements(t.Context(), rows); err != nil {
			t.Fatal(err)
		}
		over, err := service.Overview(t.Context(), u)
		if err != nil || !over.Kept || over.Plain != 1 || len(over.Others) != 1 {
			t.Fatalf("%+v, %v", over, err)
		}
		if key := over.Current; key.ARN != system || !key.System || key.State != keys.Enabled || key.Files != 2 || key.Bytes != 20 {
			t.Errorf("the current one is %+v", key)
		}
		if key := over.Others[0]; key.ARN != gone || key.State != keys.Missing || key.Files != 1 {
			t.Errorf("the other one is %+v", key)
		}
		stranger := unit(t, s, "apac")
		if err := service.Switch(t.Context(), ada, stranger, system, false); !fault.Is(err, fault.NotFound) {
			t.Errorf("another unit's key: %v", err)
		}
	})
}
