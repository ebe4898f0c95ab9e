package store_test

import (
	"slices"
	"testing"
	"time"

	"seaportal/internal/store"
	"seaportal/internal/store/storetest"
	"seaportal/models"
)

func seen(u models.BusinessUnit, key, etag string) models.File {
	return models.File{UnitID: u.ID, Key: key, ETag: etag, Size: 1, StorageClass: "STANDARD", Attributes: "{}", FirstSeen: noon, LastModified: noon}
}

func save(t *testing.T, s *store.Store, u models.BusinessUnit, files ...models.File) {
	t.Helper()
	err := s.Tx(t.Context(), func(tx *store.Store) error { return tx.SaveSeen(t.Context(), u.ID, files, noon) })
	if err != nil {
		t.Fatal(err)
	}
}

// current gives the current files in the catalogue's order.
func current(t *testing.T, s *store.Store, u models.BusinessUnit, after string) []models.File {
	t.Helper()
	entries, err := s.Catalogue(t.Context(), u.ID, after, 100)
	if err != nil {
		t.Fatal(err)
	}
	files := make([]models.File, len(entries))
	for i, entry := range entries {
		if files[i], err = s.File(t.Context(), u.ID, entry.ID); err != nil {
			t.Fatal(err)
		}
		if !entry.LastModified.Equal(files[i].LastModified) || entry.Key != files[i].Key || entry.ETag != files[i].ETag {
			t.Errorf("the entry %+v is not the file %+v", entry, files[i])
		}
	}
	return files
}

func TestKeysCompareAsBytes(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		u := unit(t, s, "emea")
		want := []string{"A", "B", "Z-", "Z.", "a", "a b", "a/b", "a_b", "ab", "Ä", "ä", "中", "🎧"}
		shuffled := slices.Clone(want)
		slices.Reverse(shuffled)
		for _, key := range shuffled {
			save(t, s, u, seen(u, key, "1"))
		}
		var got []string
		for _, file := range current(t, s, u, "A") {
			got = append(got, file.Key)
		}
		if !slices.Equal(got, want[1:]) {
			t.Errorf("got %q, want %q", got, want[1:])
		}
	})
}

func TestNewContentReplacesAndOldContentComesBack(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		u, other := unit(t, s, "emea"), unit(t, s, "apac")
		save(t, s, other, seen(other, "a", "1"))
		save(t, s, u, seen(u, "a", "1"))
		first := current(t, s, u, "")[0]
		save(t, s, u, seen(u, "a", "2"))
		second := current(t, s, u, "")
		if len(second) != 1 || second[0].ETag != "2" || second[0].ID == first.ID {
			t.Errorf("after new content: %+v", second)
		}
		rule := models.Rule{ID: 7, UnitID: u.ID, Version: 3}
		if n, err := s.Claim(t.Context(), rule, []int64{first.ID}, noon); err != nil || n != 1 {
			t.Fatalf("claimed %d, %v", n, err)
		}
		save(t, s, u, seen(u, "a", "1"))
		back := current(t, s, u, "")
		if len(back) != 1 || back[0].ID != first.ID || back[0].RuleID == nil || *back[0].RuleID != 7 {
			t.Errorf("the old content came back as %+v", back)
		}
		if files := current(t, s, other, ""); len(files) != 1 {
			t.Errorf("another unit's file changed: %+v", files)
		}
	})
}

func TestAClaimIsForEver(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		u := unit(t, s, "emea")
		save(t, s, u, seen(u, "a", "1"), seen(u, "b", "1"))
		files := current(t, s, u, "")
		one, two := models.Rule{ID: 1, UnitID: u.ID}, models.Rule{ID: 2, UnitID: u.ID}
		if n, err := s.Claim(t.Context(), one, []int64{files[0].ID}, noon); err != nil || n != 1 {
			t.Fatalf("claimed %d, %v", n, err)
		}
		if n, err := s.Claim(t.Context(), two, []int64{files[0].ID, files[1].ID}, noon); err != nil || n != 1 {
			t.Errorf("the second rule claimed %d, %v", n, err)
		}
		foreign := models.Rule{ID: 3, UnitID: u.ID + 1}
		if n, err := s.Claim(t.Context(), foreign, []int64{files[1].ID}, noon); err != nil || n != 0 {
			t.Errorf("another unit's rule claimed %d, %v", n, err)
		}
	})
}

func TestOpenFilesAreOfferedOnceToTheSameRules(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		u := unit(t, s, "emea")
		save(t, s, u, seen(u, "a", "1"), seen(u, "b", "1"))
		open := func(rules int64) int {
			t.Helper()
			files, err := s.OpenFiles(t.Context(), u.ID, rules, 10)
			if err != nil {
				t.Fatal(err)
			}
			return len(files)
		}
		if open(7) != 2 {
			t.Error("new files are open to every rule")
		}
		var ids []int64
		for _, file := range current(t, s, u, "") {
			ids = append(ids, file.ID)
		}
		if err := s.Offered(t.Context(), u.ID, 7, ids); err != nil {
			t.Fatal(err)
		}
		if open(7) != 0 || open(6) != 2 || open(8) != 2 {
			t.Errorf("open to the same rules %d, to others %d and %d", open(7), open(6), open(8))
		}
		save(t, s, u, seen(u, "a", "1"))
		if open(7) != 1 {
			t.Error("a file that was seen anew is offered anew")
		}
	})
}

func TestDueFilesAreJudgedStoredInTimeAndActive(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		u := unit(t, s, "emea")
		archived, late := seen(u, "archived", "1"), seen(u, "late", "1")
		archived.StorageClass, late.LastModified = "GLACIER", noon.Add(time.Microsecond)
		save(t, s, u, seen(u, "due", "1"), seen(u, "excluded", "1"), archived, late)
		var ids []int64
		for _, file := range current(t, s, u, "") {
			ids = append(ids, file.ID)
		}
		rule := models.Rule{ID: 1, UnitID: u.ID, Version: 1}
		if _, err := s.Claim(t.Context(), rule, ids, noon); err != nil {
			t.Fatal(err)
		}
		if err := s.Judge(t.Context(), rule, ids[2:3], false); err != nil { // in byte order: archived, due, excluded, late
			t.Fatal(err)
		}
		files, err := s.DueFiles(t.Context(), rule, noon, 10)
		if err != nil || len(files) != 1 || files[0].Key != "due" {
			t.Errorf("due: %+v, %v", files, err)
		}
		edited := rule
		edited.Version = 2
		if files, err := s.DueFiles(t.Context(), edited, noon, 10); err != nil || len(files) != 0 {
			t.Errorf("due before they were judged: %+v, %v", files, err)
		}
		if files, err := s.UnjudgedFiles(t.Context(), edited, 10); err != nil || len(files) != 4 {
			t.Errorf("%d unjudged, %v", len(files), err)
		}
	})
}
