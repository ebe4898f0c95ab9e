package businessunit_test

import (
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/google/go-cmp/cmp"

	"seaportal/internal/businessunit"
	"seaportal/internal/clock"
	"seaportal/internal/credential"
	"seaportal/internal/fault"
	"seaportal/internal/keyring"
	"seaportal/internal/keys"
	"seaportal/internal/sealed"
	"seaportal/internal/store"
	"seaportal/internal/store/storetest"
	"seaportal/internal/testkit/cloud"
	"seaportal/models"
)

func TestMain(m *testing.M) { os.Exit(cloud.Run(m)) }

var ada = models.Actor{Kind: models.ActorUser, ID: 1, Name: "Ada"}

// bench is the service over a database of its own, with a gate before IAM.
type bench struct {
	*businessunit.Service
	gate *cloud.Gate
}

func setUp(t *testing.T, s *store.Store) *bench {
	t.Helper()
	shared, gate := cloud.Shared(t), &cloud.Gate{}
	master, err := keyring.New(t.Context(), keyring.Config{Store: s, Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	local := &keys.Local{Store: s, Master: master, Region: cloud.Region, Clock: clock.Real}
	return &bench{gate: gate, Service: &businessunit.Service{
		Keys:  &keys.Service{Store: s, KMS: local, Keeper: local, Clock: clock.Real},
		Store: s, Clock: clock.Real, SEABucket: cloud.SEABucket, Region: cloud.Region,
		Access: credential.New(credential.Config{
			Store: s, IAM: shared.IAM(gate), Endpoint: shared.Endpoint(), Region: cloud.Region,
			S3: func(accessKeyID string, secret sealed.Plain) *s3.Client {
				return shared.S3(gate, accessKeyID, secret)
			},
			Log: slog.New(slog.DiscardHandler),
		}),
	}}
}

func (b *bench) create(t *testing.T, slug string) models.BusinessUnit {
	t.Helper()
	unit, err := b.Create(t.Context(), ada, businessunit.New{Name: slug, Slug: slug})
	if err != nil {
		t.Fatal(err)
	}
	return unit
}

// actions are the actions of a unit's history, oldest first.
func (b *bench) actions(t *testing.T, unit models.BusinessUnit) []string {
	t.Helper()
	rows, err := b.Store.HistoryFrom(t.Context(), 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	var actions []string
	for _, row := range rows {
		if row.UnitID == unit.ID {
			actions = append(actions, row.Action)
		}
	}
	return actions
}

func TestCreateFillsTheDefaultsAndKeepsHistory(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := setUp(t, s)
		unit, err := b.Create(t.Context(), ada, businessunit.New{Name: "  Claims & Co ", Slug: "claims"})
		if err != nil {
			t.Fatal(err)
		}
		if unit.Name != "Claims & Co" || unit.ActiveBucket != "active" || unit.ActivePrefix != "claims/" ||
			unit.SEAState != models.SEAOff || unit.HasLocation() || unit.Region != cloud.Region {
			t.Errorf("created %+v", unit)
		}
		got, err := b.BySlug(t.Context(), "claims")
		if err != nil || got.ID != unit.ID {
			t.Errorf("read %+v, %v", got, err)
		}
		if diff := cmp.Diff([]string{"business_unit.created"}, b.actions(t, unit)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestCreateRefusesBesideTheField(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	if _, err := b.Create(t.Context(), ada, businessunit.New{Name: "A", Slug: "a", ActiveBucket: "files", ActivePrefix: "x/y/"}); err != nil {
		t.Fatal(err)
	}
	for name, try := range map[string]struct {
		in    businessunit.New
		field string
	}{
		"no name":              {businessunit.New{Slug: "b"}, "name"},
		"no slug":              {businessunit.New{Name: "B"}, "slug"},
		"reserved slug":        {businessunit.New{Name: "B", Slug: "new"}, "slug"},
		"long slug":            {businessunit.New{Name: "B", Slug: strings.Repeat("b", 61)}, "slug"},
		"slug taken":           {businessunit.New{Name: "B", Slug: "a"}, "slug"},
		"bucket":               {businessunit.New{Name: "B", Slug: "b", ActiveBucket: "B"}, "active_bucket"},
		"the same place":       {businessunit.New{Name: "B", Slug: "b", ActiveBucket: "files", ActivePrefix: "x/y/"}, "active_prefix"},
		"inside":               {businessunit.New{Name: "B", Slug: "b", ActiveBucket: "files", ActivePrefix: "x/y/z/"}, "active_prefix"},
		"around":               {businessunit.New{Name: "B", Slug: "b", ActiveBucket: "files", ActivePrefix: "x/"}, "active_prefix"},
		"in the SEA bucket":    {businessunit.New{Name: "B", Slug: "b", ActiveBucket: cloud.SEABucket}, "active_prefix"},
		"no slash at the end":  {businessunit.New{Name: "B", Slug: "b", ActivePrefix: "b"}, "active_prefix"},
		"slash at the front":   {businessunit.New{Name: "B", Slug: "b", ActivePrefix: "/"}, "active_prefix"},
		"folder to the parent": {businessunit.New{Name: "B", Slug: "b", ActivePrefix: "../"}, "active_prefix"},
	} {
		_, err := b.Create(t.Context(), ada, try.in)
		if fields := fault.Fields(err); len(fields) != 1 || fields[try.field] == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := b.Create(t.Context(), ada, businessunit.New{Name: "B", Slug: "b", ActiveBucket: "files", ActivePrefix: "x/yy/"}); err != nil {
		t.Errorf("a neighbour: %v", err)
	}
}

func TestOfManyCreationsAtOnceOneGetsTheSlugAndThePlace(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := setUp(t, s)
		var all sync.WaitGroup
		for i := range 8 {
			all.Go(func() {
				in := businessunit.New{Name: "A", Slug: "a"}
				field := "slug"
				if i%2 == 0 { // another slug, a place around the others'
					in, field = businessunit.New{Name: "B", Slug: fmt.Sprint("b", i), ActivePrefix: "a/"}, "active_prefix"
				}
				_, err := b.Create(t.Context(), ada, in)
				if err != nil && fault.Fields(err)[field] == "" && fault.Fields(err)["active_prefix"] == "" {
					t.Errorf("a loser learned %v", err)
				}
			})
		}
		all.Wait()
		if units, err := b.List(t.Context()); err != nil || len(units) != 1 {
			t.Errorf("%d units, %v", len(units), err)
		}
	})
}
