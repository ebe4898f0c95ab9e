package businessunit

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"seaportal/models"
)

func located(bucket, prefix string) models.BusinessUnit {
	return models.BusinessUnit{ActiveBucket: "active", ActivePrefix: "other/", SEABucket: &bucket, SEAPrefix: &prefix}
}

func TestFreeLocationIsTheSlugOrAReadableVariant(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		taken []string
		slug  string
		want  string
	}{
		"nothing taken":           {nil, "bu1", "bu1/"},
		"a neighbour":             {[]string{"bu2/"}, "bu1", "bu1/"},
		"the slug itself":         {[]string{"bu1/"}, "bu1", "2-bu1/"},
		"what begins with it":     {[]string{"bu10/"}, "bu1", "bu1-2/"},
		"what it begins with":     {[]string{"bu1/"}, "bu10", "2-bu10/"},
		"and its first variants":  {[]string{"bu10/", "bu1-2/"}, "bu1", "2-bu1/"},
		"a folder in another one": {[]string{"bu1/deep/"}, "bu1", "bu1-2/"},
	} {
		var units []models.BusinessUnit
		for _, prefix := range c.taken {
			units = append(units, located("sea", prefix), located("elsewhere", c.slug+"/"))
		}
		if got, err := freeLocation(c.slug, "sea", units); err != nil || got != c.want {
			t.Errorf("%s: %s, %v", name, got, err)
		}
	}
}

func TestFreeLocationKeepsOutOfActiveStorage(t *testing.T) {
	t.Parallel()
	units := []models.BusinessUnit{{ActiveBucket: "sea", ActivePrefix: "bu1/files/"}}
	if got, err := freeLocation("bu1", "sea", units); err != nil || got != "bu1-2/" {
		t.Errorf("%s, %v", got, err)
	}
}

// A listing of one location's name, with or without its slash, never shows
// anything of another's.
func TestNoLocationBeginsWithAnother(t *testing.T) {
	t.Parallel()
	slugs := rapid.SliceOfNDistinct(rapid.StringMatching(`[ab1-]{1,4}`), 1, 20, rapid.ID[string])
	rapid.Check(t, func(rt *rapid.T) {
		var units []models.BusinessUnit
		for _, slug := range slugs.Draw(rt, "slugs") {
			prefix, err := freeLocation(slug, "sea", units)
			if err != nil {
				continue // refusing is right too
			}
			for _, unit := range units {
				folder, other := strings.TrimSuffix(prefix, "/"), strings.TrimSuffix(*unit.SEAPrefix, "/")
				if strings.HasPrefix(folder, other) || strings.HasPrefix(other, folder) {
					rt.Fatalf("%s beside %s", folder, other)
				}
			}
			units = append(units, located("sea", prefix))
		}
	})
}

func TestFreeLocationGivesUp(t *testing.T) {
	t.Parallel()
	units := []models.BusinessUnit{located("sea", "b/")}
	for digit := range 10 {
		units = append(units, located("sea", fmt.Sprint(digit)+"/"))
	}
	if got, err := freeLocation("bu", "sea", units); err == nil {
		t.Errorf("gave %s", got)
	}
}
