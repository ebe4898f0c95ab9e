package sealed_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"seaportal/internal/sealed"
)

func key(t testing.TB, first byte) *sealed.Key {
	t.Helper()
	raw := make([]byte, 32)
	raw[0] = first
	k, err := sealed.NewKey(raw)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestSealOpenRoundTrip(t *testing.T) {
	t.Parallel()
	k := key(t, 1)
	rapid.Check(t, func(rt *rapid.T) {
		text, context := rapid.String().Draw(rt, "text"), rapid.String().Draw(rt, "context")
		secret, err := k.Seal(sealed.NewPlain(text), context)
		if err != nil {
			rt.Fatal(err)
		}
		plain, err := k.Open(secret, context)
		if err != nil || plain.Reveal() != text {
			rt.Fatalf("opened %q, %v", plain.Reveal(), err)
		}
	})
}

func TestOpenRefusesAnotherKeyContextOrBytes(t *testing.T) {
	t.Parallel()
	secret, err := key(t, 1).Seal(sealed.NewPlain("wJ7rXUtn"), "AKIA1")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := key(t, 2).Open(secret, "AKIA1"); !errors.Is(err, sealed.ErrOpen) {
		t.Errorf("another key: %v", err)
	}
	if _, err := key(t, 1).Open(secret, "AKIA2"); !errors.Is(err, sealed.ErrOpen) {
		t.Errorf("another context: %v", err)
	}
	if _, err := key(t, 1).Open(sealed.Secret{}, "AKIA1"); !errors.Is(err, sealed.ErrOpen) {
		t.Errorf("no bytes: %v", err)
	}
}

func TestSecretsNeverPrintThemselves(t *testing.T) {
	t.Parallel()
	plain := sealed.NewPlain("wJ7rXUtn")
	secret, err := key(t, 1).Seal(plain, "x")
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := json.Marshal(map[string]any{"p": plain, "s": secret})
	if err != nil {
		t.Fatal(err)
	}
	printed := fmt.Sprintf("%v %+v %#v %s %s", plain, plain, plain, secret, encoded)
	if strings.Contains(printed, "wJ7r") {
		t.Errorf("printed %s", printed)
	}
}

func TestDeriveDiffersByPurpose(t *testing.T) {
	t.Parallel()
	k := key(t, 1)
	a, err1 := k.Derive("cookie", 32)
	b, err2 := k.Derive("bundle", 32)
	again, err3 := k.Derive("cookie", 32)
	if err := errors.Join(err1, err2, err3); err != nil {
		t.Fatal(err)
	}
	if string(a) == string(b) || string(a) != string(again) {
		t.Error("one purpose, one key")
	}
}

func TestDigestIsSHA256(t *testing.T) {
	t.Parallel()
	const want = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" // FIPS 180-2, B.1
	if got := sealed.Digest("abc"); got != want {
		t.Errorf("got %s", got)
	}
}
