package models_test

import (
	"strings"
	"testing"

	"seaportal/internal/fault"
	"seaportal/models"
)

func TestAUnitSaysWhichFieldIsWrong(t *testing.T) {
	t.Parallel()
	good := models.BusinessUnit{Name: "EMEA", Slug: "emea", ActiveBucket: "active", ActivePrefix: "emea/"}
	if err := good.Validate(); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		change func(*models.BusinessUnit)
		field  string
	}{
		"no name":         {func(u *models.BusinessUnit) { u.Name = " " }, "name"},
		"long name":       {func(u *models.BusinessUnit) { u.Name = strings.Repeat("é", 121) }, "name"},
		"line break":      {func(u *models.BusinessUnit) { u.Name = "a\nb" }, "name"},
		"no slug":         {func(u *models.BusinessUnit) { u.Slug = "" }, "slug"},
		"long slug":       {func(u *models.BusinessUnit) { u.Slug = strings.Repeat("a", 61) }, "slug"},
		"capitals":        {func(u *models.BusinessUnit) { u.Slug = "EMEA" }, "slug"},
		"reserved":        {func(u *models.BusinessUnit) { u.Slug = "new" }, "slug"},
		"bucket":          {func(u *models.BusinessUnit) { u.ActiveBucket = "A" }, "active_bucket"},
		"no slash":        {func(u *models.BusinessUnit) { u.ActivePrefix = "emea" }, "active_prefix"},
		"whole bucket":    {func(u *models.BusinessUnit) { u.ActivePrefix = "" }, "active_prefix"},
		"empty folder":    {func(u *models.BusinessUnit) { u.ActivePrefix = "a//b/" }, "active_prefix"},
		"parent folder":   {func(u *models.BusinessUnit) { u.ActivePrefix = "a/../b/" }, "active_prefix"},
		"too long prefix": {func(u *models.BusinessUnit) { u.ActivePrefix = strings.Repeat("a", 512) + "/" }, "active_prefix"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			unit := good
			test.change(&unit)
			fields := fault.Fields(unit.Validate())
			if len(fields) != 1 || fields[test.field] == "" {
				t.Errorf("complains of %v, want %s", fields, test.field)
			}
		})
	}
}

func TestALocationIsShownAsBucketAndPrefix(t *testing.T) {
	t.Parallel()
	var unit models.BusinessUnit
	if unit.FileLocation() != "" || unit.HasLocation() || unit.FileLocationURL("http://s3") != "" {
		t.Error("a unit without SEA has a location")
	}
	bucket, prefix := "sea", "two words/"
	unit.SEABucket, unit.SEAPrefix = &bucket, &prefix
	if got := unit.FileLocation(); got != "sea/two words/" {
		t.Errorf("location %q", got)
	}
	if got := unit.FileLocationURL("http://s3/"); got != "http://s3/sea/two%20words/" {
		t.Errorf("URL %q", got)
	}
}
