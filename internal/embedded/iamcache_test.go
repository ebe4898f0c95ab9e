package embedded

import (
	"testing"

	"github.com/versity/versitygw/iamapi/types"
)

func TestWhatWasReadBeforeAMutationIsNotRemembered(t *testing.T) {
	t.Parallel()
	cache := newUserCache()
	_, generation := cache.user("AKIA1")
	cache.drop() // a mutation, while the first reader still has what was before
	cache.remember(generation, "AKIA1", &types.User{UserName: "before"})
	if user, _ := cache.user("AKIA1"); user != nil {
		t.Errorf("remembered %+v", user)
	}
}

func TestCachedUserIsNotChangedByItsReaders(t *testing.T) {
	t.Parallel()
	cache := newUserCache()
	_, generation := cache.user("AKIA1")
	cache.remember(generation, "AKIA1", &types.User{AccessKeys: []types.AccessKeyEntry{{Status: "Active"}}})
	first, _ := cache.user("AKIA1")
	first.AccessKeys[0].Status = "Inactive"
	if second, _ := cache.user("AKIA1"); second.AccessKeys[0].Status != "Active" {
		t.Error("one reader changed what another reads")
	}
}

func TestPagesGiveEachItemOnce(t *testing.T) {
	t.Parallel()
	items := []string{"a", "b", "c", "d", "e"}
	self := func(s string) string { return s }
	for _, limit := range []int32{0, 1, 2, 5, 9} {
		var all []string
		for marker, more := "", true; more; {
			window, next := page(items, self, marker, limit)
			all, marker, more = append(all, window...), next, next != ""
		}
		if len(all) != len(items) {
			t.Errorf("pages of %d: %v", limit, all)
		}
	}
}
