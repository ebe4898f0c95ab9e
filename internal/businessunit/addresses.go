package businessunit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"seaportal/internal/credential"
	"seaportal/internal/fault"
	"seaportal/internal/history"
	"seaportal/internal/iprange"
	"seaportal/internal/store"
	"seaportal/models"
)

const (
	addressField = "allowed_addresses"
	// applyTime is how long the answer to changed addresses waits for IAM. What
	// takes longer is finished by Settle.
	applyTime = 5 * time.Second
	// maxComplaints bounds what is said about one list.
	maxComplaints = 5
)

// AllowAddresses sets from where the unit's credential set may be used, one
// address or range in each line of text; none means from anywhere. It gives the
// unit as it is then: where its policy is still pending, IAM did not do its part
// in time, and Settle goes on. lockVersion is that of the unit as the person saw
// it.
//
// Faults: Invalid beside `allowed_addresses`, with what is wrong in which line,
// or when the policy would be longer than IAM takes; Conflict when somebody else
// changed the unit since.
func (s *Service) AllowAddresses(
	ctx context.Context, by models.Actor, unit models.BusinessUnit, text string, lockVersion int64,
) (models.BusinessUnit, error) {
	allowed, complaint := readAddresses(text)
	if complaint != "" {
		return unit, fault.BadInput(fault.Field{Name: addressField, Msg: complaint})
	}
	if err := s.fits(ctx, unit, allowed); err != nil {
		return unit, err
	}
	before := unit
	unit.AllowedAddresses, unit.LockVersion = strings.Join(allowed, "\n"), lockVersion
	err := s.Store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.AllowAddresses(ctx, unit); err != nil {
			return err
		}
		return history.Record(ctx, tx, history.Event{
			By: by, UnitID: unit.ID, Action: "unit.addresses_changed", ObjectKind: "business_unit", ObjectID: unit.ID,
			Summary: "Allowed the credential set from " + addressText(allowed),
			Details: map[string]any{"allowed_addresses": allowed, "allowed_addresses_before": before.Allowed()},
		})
	})
	if errors.Is(err, store.ErrStale) {
		return before, fault.Wrap(fault.Conflict, err, "Somebody else changed this business unit meanwhile. Open its settings again.")
	}
	if err != nil {
		return before, err
	}
	return s.applyNow(ctx, unit)
}

// applyNow gives IAM a while to take the policy over. The change stands in any
// case.
func (s *Service) applyNow(ctx context.Context, unit models.BusinessUnit) (models.BusinessUnit, error) {
	if unit.HasLocation() {
		within, cancel := context.WithTimeout(context.WithoutCancel(ctx), applyTime)
		defer cancel()
		_ = s.Access.EnsureUser(within, unit) // Settle tries again and reports
	}
	return s.Store.Unit(ctx, unit.ID)
}

// readAddresses gives the ranges of a list, sorted and each once, or what is
// wrong with it.
func readAddresses(text string) (allowed []string, complaint string) {
	var complaints []string
	var ranges []netip.Prefix
	for number, line := range strings.Split(text, "\n") {
		for _, entry := range strings.FieldsFunc(line, separates) {
			found, err := iprange.Parse(entry)
			if err != nil {
				complaints = append(complaints, fmt.Sprintf("Line %d: %v.", number+1, err))
				continue
			}
			ranges = append(ranges, found)
		}
	}
	if more := len(complaints) - maxComplaints; more > 0 {
		complaints = append(complaints[:maxComplaints], fmt.Sprintf("And %d more.", more))
	}
	if len(complaints) > 0 {
		return nil, strings.Join(complaints, " ")
	}
	slices.SortFunc(ranges, func(a, b netip.Prefix) int {
		return cmp.Or(a.Addr().Compare(b.Addr()), cmp.Compare(a.Bits(), b.Bits()))
	})
	for _, found := range slices.Compact(ranges) {
		allowed = append(allowed, iprange.Text(found))
	}
	return allowed, ""
}

func separates(r rune) bool { return r == ',' || r == ';' || r == ' ' || r == '\t' || r == '\r' }

// fits tells whether IAM takes the policy with these addresses. A unit that has
// no location yet is given the longest one that it can get.
func (s *Service) fits(ctx context.Context, unit models.BusinessUnit, allowed []string) error {
	bucket, prefix := s.SEABucket, fmt.Sprintf("%s-%d/", unit.Slug, maxLocationTries)
	if unit.HasLocation() {
		bucket, prefix = *unit.SEABucket, *unit.SEAPrefix
	}
	err := s.Access.PolicyFits(ctx, unit, bucket, prefix, allowed)
	var long credential.PolicyTooLong
	if errors.As(err, &long) {
		return fault.BadInput(fault.Field{Name: addressField, Msg: fmt.Sprintf("These are too many: the identity service takes "+
			"a policy of %d characters, and this one would have %d. Join neighbouring addresses into ranges, or leave some out.",
			long.Limit, long.Length)})
	}
	return err
}

func addressText(allowed []string) string {
	if len(allowed) == 0 {
		return "any address"
	}
	return strings.Join(allowed, ", ") + " only"
}
