package demo

import (
	"context"
	"crypto/rand"

	"seaportal/internal/account"
	"seaportal/internal/fault"
	"seaportal/internal/sealed"
	"seaportal/models"
)

// Email is the demo administrator's.
const Email = "admin@demo.example"

// Administrator makes the demo's account, or gives it a new password, which is
// known to nobody but the caller.
func Administrator(ctx context.Context, accounts *account.Service) (sealed.Plain, error) {
	password := sealed.NewPlain(rand.Text())
	err := accounts.ResetPassword(ctx, by, Email, password.Reveal())
	if fault.Is(err, fault.NotFound) {
		_, err = accounts.Create(ctx, by, Email, "Demo Administrator", models.RoleAdministrator, password.Reveal())
	}
	return password, err
}
