package credential_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"seaportal/internal/credential"
	"seaportal/internal/store"
	"seaportal/internal/store/storetest"
)

// databaseBytes is everything that the SQLite file and its log hold.
func databaseBytes(t *testing.T, s *store.Store) string {
	t.Helper()
	db, err := s.SQL()
	if err != nil {
		t.Fatal(err)
	}
	var number int
	var name, file string
	if err := db.QueryRowContext(t.Context(), "PRAGMA database_list").Scan(&number, &name, &file); err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, path := range []string{file, file + "-wal"} {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(content)
	}
	return all.String()
}

func TestTheSecretIsInTheAnswerAndNowhereElse(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	first := b.generate(t)
	second, err := b.regenerate(t)
	if err != nil {
		t.Fatal(err)
	}
	kept := databaseBytes(t, b.store) + fmt.Sprintf("%+v %#v", first, second) + fmt.Sprintf("%+v", b.current(t))
	if !strings.Contains(kept, second.AccessKeyID) {
		t.Fatal("the search finds not even the key id")
	}
	for _, set := range []credential.Issued{first, second} {
		if secret := set.Secret.Reveal(); len(secret) < 20 || strings.Contains(kept, secret) {
			t.Errorf("the secret of %s was found, or is none", set.AccessKeyID)
		}
	}
}
