package sealed_test

import (
	"errors"
	"testing"

	"seaportal/internal/sealed"
)

func TestTokenComesBack(t *testing.T) {
	t.Parallel()
	mine, other := key(t, 1), key(t, 2)
	secret, err := mine.Seal(sealed.NewPlain("wJ7rXUtn"), "form")
	if err != nil {
		t.Fatal(err)
	}
	back, err := sealed.FromToken(secret.Token())
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := mine.Open(back, "form"); err != nil || plain.Reveal() != "wJ7rXUtn" {
		t.Errorf("opened %q, %v", plain.Reveal(), err)
	}
	if _, err := other.Open(back, "form"); !errors.Is(err, sealed.ErrOpen) {
		t.Errorf("another key opens it: %v", err)
	}
	for _, text := range []string{"", "x", "not base64!", secret.Token() + "=", "\x00"} {
		if back, err := sealed.FromToken(text); err == nil {
			if _, err := mine.Open(back, "form"); !errors.Is(err, sealed.ErrOpen) {
				t.Errorf("%q is opened: %v", text, err)
			}
		}
	}
}
