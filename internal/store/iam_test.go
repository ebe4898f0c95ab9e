package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"seaportal/internal/fault"
	"seaportal/internal/sealed"
	"seaportal/internal/store"
	"seaportal/internal/store/storetest"
	"seaportal/models"
)

var iamTime = time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)

func iamUser(name string) models.IAMUser {
	return models.IAMUser{
		ID: "AIDA" + name, Name: "Sea-" + name, FoldedName: "sea-" + name, Path: "/sea/",
		ARN: "arn:aws:iam::000000000000:user/sea/Sea-" + name, CreatedAt: iamTime,
	}
}

// sealingKey gives the id of the key that secrets are sealed under.
func sealingKey(t *testing.T, s *store.Store) string {
	t.Helper()
	key := models.SealingKey{ID: "sealing", Wrapped: []byte("x"), Current: true, CreatedAt: iamTime}
	if err := s.InsertSealingKey(t.Context(), key); err != nil && !fault.Is(err, fault.Conflict) {
		t.Fatal(err)
	}
	return key.ID
}

func iamKey(t *testing.T, s *store.Store, id string) models.IAMAccessKey {
	t.Helper()
	sealing, err := sealed.NewKey(make([]byte, sealed.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	secret, err := sealing.Seal(sealed.NewPlain("wJ7rXUtn"), id)
	if err != nil {
		t.Fatal(err)
	}
	return models.IAMAccessKey{ID: id, UserID: "AIDAa", Secret: secret, SealedBy: sealingKey(t, s), Status: "Active", CreatedAt: iamTime}
}

func TestIAMUserComesWithItsPoliciesAndKeys(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		user := iamUser("a")
		policy := models.IAMPolicy{UserID: user.ID, Name: "sea", Document: "{}", CreatedAt: iamTime, UpdatedAt: iamTime}
		key := iamKey(t, s, "AKIA1")
		replaced := policy
		replaced.Document, replaced.UpdatedAt = `{"new":1}`, iamTime.Add(time.Hour)
		err := errors.Join(s.CreateIAMUser(ctx, user), s.CreateIAMAccessKey(ctx, key), s.PutIAMPolicy(ctx, policy), s.PutIAMPolicy(ctx, replaced))
		if err != nil {
			t.Fatal(err)
		}
		used := iamTime.Add(2 * time.Hour)
		key.LastUse = models.IAMKeyUse{At: &used, Service: "s3", Region: "eu-west-1"}
		uses := map[string]models.IAMKeyUse{key.ID: key.LastUse, "gone": key.LastUse}
		if err := s.RecordIAMKeyUses(ctx, uses); err != nil {
			t.Fatal(err)
		}
		user.Policies, user.AccessKeys = []models.IAMPolicy{replaced}, []models.IAMAccessKey{key}
		byName, err1 := s.IAMUser(ctx, "sea-a")
		byKey, err2 := s.IAMUserByAccessKey(ctx, key.ID)
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
		opts := cmp.Options{cmpopts.IgnoreTypes(sealed.Secret{}), cmpopts.EquateApproxTime(0)}
		if diff := cmp.Diff([]models.IAMUser{user, user}, []models.IAMUser{byName, byKey}, opts); diff != "" {
			t.Error(diff)
		}
	})
}

func TestIAMNamesAndKeysAreUniqueAndUnknownOnesAreNotFound(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		key := iamKey(t, s, "AKIA1")
		if err := errors.Join(s.CreateIAMUser(ctx, iamUser("a")), s.CreateIAMAccessKey(ctx, key)); err != nil {
			t.Fatal(err)
		}
		twin := iamUser("a")
		twin.ID = "AIDAother"
		_, unknownName := s.IAMUser(ctx, "nobody")
		_, unknownKey := s.IAMUserByAccessKey(ctx, "AKIA2")
		for what, got := range map[string]struct {
			err  error
			kind fault.Kind
		}{
			"same name":     {s.CreateIAMUser(ctx, twin), fault.Conflict},
			"same key id":   {s.CreateIAMAccessKey(ctx, key), fault.Conflict},
			"user with key": {s.DeleteIAMUser(ctx, "AIDAa"), fault.Conflict},
			"unknown name":  {unknownName, fault.NotFound},
			"unknown key":   {unknownKey, fault.NotFound},
		} {
			if !fault.Is(got.err, got.kind) {
				t.Errorf("%s: %v", what, got.err)
			}
		}
		for what, err := range map[string]error{
			"status of unknown key": s.SetIAMAccessKeyStatus(ctx, "AKIA2", "Inactive"),
			"delete unknown key":    s.DeleteIAMAccessKey(ctx, "AKIA2"),
			"delete unknown policy": s.DeleteIAMPolicy(ctx, "AIDAa", "none"),
			"update unknown user":   s.UpdateIAMUser(ctx, iamUser("b")),
		} {
			if !errors.Is(err, store.ErrStale) {
				t.Errorf("%s: %v", what, err)
			}
		}
	})
}

func TestIAMUserIsRenamedDisabledAndDeleted(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		user := iamUser("a")
		key := iamKey(t, s, "AKIA1")
		if err := errors.Join(s.CreateIAMUser(ctx, user), s.CreateIAMUser(ctx, iamUser("c")), s.CreateIAMAccessKey(ctx, key)); err != nil {
			t.Fatal(err)
		}
		user.Name, user.FoldedName = "Sea-B", "sea-b"
		if err := errors.Join(s.UpdateIAMUser(ctx, user), s.SetIAMAccessKeyStatus(ctx, key.ID, "Inactive")); err != nil {
			t.Fatal(err)
		}
		renamed, err := s.IAMUser(ctx, "sea-b")
		if err != nil || renamed.Name != "Sea-B" || renamed.AccessKeys[0].Status != "Inactive" {
			t.Fatalf("renamed: %+v, %v", renamed, err)
		}
		if err := errors.Join(s.DeleteIAMAccessKey(ctx, key.ID), s.DeleteIAMUser(ctx, user.ID)); err != nil {
			t.Fatal(err)
		}
		left, err := s.IAMUsers(ctx)
		if err != nil || len(left) != 1 || left[0].Name != "Sea-c" {
			t.Errorf("left: %+v, %v", left, err)
		}
	})
}
