package account

import (
	"slices"

	"seaportal/models"
)

// Permission is one right, named as people see it.
type Permission string

// The permissions. Each route of the portal declares one.
const (
	// View is to see every page that holds no secret, and to download files.
	View Permission = "View"
	// SEAEdit is to change a unit's external access: enable, disable,
	// credentials, deletions, links.
	SEAEdit Permission = "Secure External Access Edit"
	// LifeCycleEdit is to change rules and to run them.
	LifeCycleEdit Permission = "Life Cycle Management Edit"
	// Administer is to create business units and to see the System page.
	Administer Permission = "Administration"
)

// Permissions gives what a user may do.
func Permissions(user models.User) []Permission {
	switch user.Role {
	case models.RoleAdministrator:
		return []Permission{View, SEAEdit, LifeCycleEdit, Administer}
	case models.RoleViewer:
		return []Permission{View}
	}
	return nil
}

// May tells whether a user has a permission.
func May(user models.User, permission Permission) bool {
	return slices.Contains(Permissions(user), permission)
}
