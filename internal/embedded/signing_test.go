package embedded

import (
	"bytes"
	"encoding/hex"
	"strconv"
	"testing"
)

// The example of AWS's documentation of Signature Version 4.
func TestSigningKeysAreThoseOfAWS(t *testing.T) {
	t.Parallel()
	var keys signingKeys
	example := signingOf{"wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "20120215", "us-east-1", "iam"}
	want, err := hex.DecodeString("f4780e2d9f65fa895f9c67b32ce1baf0b0d8a43505a000a1a9e090d414db404d")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // derived and remembered
		if got := keys.key(example); !bytes.Equal(got, want) {
			t.Errorf("got %x", got)
		}
	}
	for i := range 2 * maxSigning { // anybody may name any region
		keys.key(signingOf{region: strconv.Itoa(i)})
	}
	if len(keys.kept) > maxSigning || !bytes.Equal(keys.key(example), want) {
		t.Errorf("%d are kept", len(keys.kept))
	}
}
