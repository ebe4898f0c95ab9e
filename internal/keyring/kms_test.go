package keyring_test

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"seaportal/internal/keyring"
	"seaportal/internal/sealed"
	"seaportal/internal/store/storetest"
)

// A key in AWS KMS wraps as well as one in a file, and one can take the other's
// place. AWS is not here: its protocol (JSON 1.1, X-Amz-Target) is answered by a
// server of this test, with a key of its own.
func TestAKeyInKMSWraps(t *testing.T) { //nolint:paralleltest // it sets the environment
	stop := serveKMS(t)
	b := newBench(t, storetest.Open(t))
	b.mustPut(b.ring(), "a", "the secret")
	atKMS := "awskms:///" + testARN + "?region=eu-central-1"

	b.Master = sealed.NewPlain(atKMS + ",file")
	serving := b.ring()
	if done := b.rotate(); done.Master != "awskms:///"+testARN || done.Secrets != 1 {
		t.Errorf("rotated: %+v", done)
	}
	b.opens(serving, "a", "the secret")
	b.Master = sealed.NewPlain(atKMS)
	b.opens(b.ring(), "a", "the secret")
	if done := b.rotate(); done.Before != done.Master || done.Secrets != 1 {
		t.Errorf("rotated again: %+v", done)
	}
	serving = b.ring()

	stop() // KMS is away: what is open stays open, a start says what is missing
	b.opens(serving, "a", "the secret")
	if _, err := keyring.New(t.Context(), b.Config); err == nil || !strings.Contains(err.Error(), "does not unwrap") {
		t.Errorf("without KMS: %v", err)
	}
	for _, wrong := range []string{"awskms://%zz", "awskms:///x?bogus=1"} {
		b.Master = sealed.NewPlain(wrong)
		if _, err := keyring.New(t.Context(), b.Config); err == nil {
			t.Errorf("%q is taken", wrong)
		}
	}
}

// testARN is the key that serveKMS knows.
const testARN = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"

// serveKMS answers Encrypt and Decrypt as AWS KMS does, for one key. A ciphertext
// of its own is a name for what it remembers.
func serveKMS(t *testing.T) (stop func()) {
	t.Helper()
	kept := map[string][]byte{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in struct {
			Key                       string `json:"KeyId"`
			Plaintext, CiphertextBlob []byte
		}
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
			t.Error(err)
		}
		status, answer := http.StatusBadRequest, map[string]any{"__type": "InvalidCiphertextException"}
		switch plain, known := kept[string(in.CiphertextBlob)]; {
		case r.Header.Get("X-Amz-Target") == "TrentService.Encrypt" && in.Key == testARN:
			blob := rand.Text()
			kept[blob] = in.Plaintext
			status, answer = http.StatusOK, map[string]any{"KeyId": testARN, "CiphertextBlob": []byte(blob)}
		case r.Header.Get("X-Amz-Target") == "TrentService.Decrypt" && known:
			status, answer = http.StatusOK, map[string]any{"KeyId": testARN, "Plaintext": plain}
		}
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		w.WriteHeader(status)
		if err := json.NewEncoder(w).Encode(answer); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(server.Close)
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL_KMS": server.URL, "AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_MAX_ATTEMPTS": "1",
	} {
		t.Setenv(name, value)
	}
	return server.Close
}
