package store_test

import (
	"errors"
	"slices"
	"testing"

	"seaportal/internal/store"
	"seaportal/internal/store/storetest"
	"seaportal/models"
)

func keysOf(files []models.File) []string {
	var keys []string
	for _, f := range files {
		keys = append(keys, f.Key)
	}
	return keys
}

func TestCatalogueListNarrowsAndPages(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		u, other := unit(t, s, "emea"), unit(t, s, "apac")
		save(t, s, other, seen(other, "theirs", "1"))
		for _, key := range []string{"a/Open", "b/managed", "c/placed", "d/moved", "e/gone", "f/100%_open"} {
			save(t, s, u, seen(u, key, "1"))
		}
		all := current(t, s, u, "")
		ids := map[string]int64{}
		for _, f := range all {
			ids[f.Key] = f.ID
		}
		rule := models.Rule{ID: 7, UnitID: u.ID, Version: 1}
		_, err := s.Claim(t.Context(), rule, []int64{ids["b/managed"], ids["c/placed"], ids["d/moved"]}, noon)
		err = errors.Join(err, s.MarkProcessed(t.Context(), u.ID, []int64{ids["c/placed"], ids["d/moved"]}, noon),
			s.MarkGone(t.Context(), u.ID, []int64{ids["d/moved"], ids["e/gone"]}, noon))
		if err != nil {
			t.Fatal(err)
		}
		list := func(q store.CatalogueQuery) []models.File {
			t.Helper()
			q.UnitID = u.ID
			if q.Limit == 0 {
				q.Limit = 100
			}
			files, err := s.CatalogueList(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			return files
		}
		for name, test := range map[string]struct {
			query store.CatalogueQuery
			want  []string
		}{
			"all in active storage": {store.CatalogueQuery{}, []string{"a/Open", "b/managed", "c/placed", "f/100%_open"}},
			"open":                  {store.CatalogueQuery{State: store.FileOpen}, []string{"a/Open", "f/100%_open"}},
			"managed":               {store.CatalogueQuery{State: store.FileManaged}, []string{"b/managed"}},
			"placed":                {store.CatalogueQuery{State: store.FilePlaced}, []string{"c/placed", "d/moved"}},
			"gone":                  {store.CatalogueQuery{State: store.FileGone}, []string{"e/gone"}},
			"by rule":               {store.CatalogueQuery{RuleID: 7}, []string{"b/managed", "c/placed"}},
			"any case":              {store.CatalogueQuery{Search: "OPEN"}, []string{"a/Open", "f/100%_open"}},
			"as typed":              {store.CatalogueQuery{Search: "%_"}, []string{"f/100%_open"}},
			"unknown":               {store.CatalogueQuery{State: "lost"}, nil},
			"nothing":               {store.CatalogueQuery{Search: "theirs"}, nil},
		} {
			files := list(test.query)
			if got := keysOf(files); !slices.Equal(got, test.want) {
				t.Errorf("%s: %q, want %q", name, got, test.want)
			}
			for _, f := range files {
				if test.query.State != "" && store.StateOf(f) != test.query.State {
					t.Errorf("%s: %s is %s", name, f.Key, store.StateOf(f))
				}
			}
		}
		one := list(store.CatalogueQuery{Limit: 2})
		two := list(store.CatalogueQuery{Limit: 2, After: &one[1]})
		back := list(store.CatalogueQuery{Limit: 2, Before: &two[0]})
		if !slices.Equal(keysOf(two), []string{"c/placed", "f/100%_open"}) || !slices.Equal(keysOf(back), keysOf(one)) {
			t.Errorf("pages %q, %q, back %q", keysOf(one), keysOf(two), keysOf(back))
		}
	})
}
