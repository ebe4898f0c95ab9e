package businessunit

import (
	"fmt"
	"strings"

	"seaportal/internal/fault"
	"seaportal/models"
)

// maxLocationTries bounds the search for a free SEA location.
const maxLocationTries = 1000

// clash tells whether a new unit's slug is taken or its active place overlaps
// what is there, as fault.Invalid.
func (s *Service) clash(unit models.BusinessUnit, others []models.BusinessUnit) error {
	var bad []fault.Field
	complain := func(msg string) { bad = append(bad, fault.Field{Name: "active_prefix", Msg: msg}) }
	if unit.ActiveBucket == s.SEABucket {
		complain("The bucket " + s.SEABucket + " holds the SEA locations. Choose a place in another bucket.")
	}
	for _, other := range others {
		switch {
		case other.Slug == unit.Slug:
			bad = append(bad, slugTaken(unit.Slug))
		case other.ActiveBucket == unit.ActiveBucket && overlap(other.ActivePrefix, unit.ActivePrefix):
			complain(fmt.Sprintf("This place overlaps %s/%s, the active storage of %s. Choose one that shares no files with it.",
				other.ActiveBucket, other.ActivePrefix, other.Name))
		case other.HasLocation() && *other.SEABucket == unit.ActiveBucket && overlap(*other.SEAPrefix, unit.ActivePrefix):
			complain(fmt.Sprintf("This place overlaps %s, the SEA location of %s. Choose one outside of it.",
				other.FileLocation(), other.Name))
		}
	}
	return fault.BadInput(bad...)
}

func slugTaken(slug string) fault.Field {
	return fault.Field{Name: "slug", Msg: "The slug " + slug + " is taken. Choose another one."}
}

// overlap tells whether one prefix is the other or lies in it.
func overlap(a, b string) bool { return strings.HasPrefix(a, b) || strings.HasPrefix(b, a) }

// freeLocation gives the SEA prefix for a unit: its slug, or when that is not
// free a readable variant of it.
//
// Free means more than not taken. A unit's policy lets its partner list the
// folder's name without the slash, for clients ask so, and such a listing
// shows every key that begins with these characters: the partner of `bu1` would
// see the files of `bu10`. So no location's name may begin with another's.
func freeLocation(slug, bucket string, units []models.BusinessUnit) (string, error) {
	free := func(folder string) bool {
		for _, unit := range units {
			if unit.HasLocation() && *unit.SEABucket == bucket && overlap(folder, strings.TrimSuffix(*unit.SEAPrefix, "/")) {
				return false
			}
			if unit.ActiveBucket == bucket && overlap(folder, strings.TrimSuffix(unit.ActivePrefix, "/")) {
				return false
			}
		}
		return true
	}
	if free(slug) {
		return slug + "/", nil
	}
	for n := 2; n <= maxLocationTries; n++ {
		for _, folder := range []string{fmt.Sprintf("%s-%d", slug, n), fmt.Sprintf("%d-%s", n, slug)} {
			if free(folder) {
				return folder + "/", nil
			}
		}
	}
	return "", fault.New(fault.Conflict, "No free SEA location was found for "+slug+". Choose another SEA bucket.")
}
