package handlers

import (
	"net/http"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"seaportal/internal/credential"
	"seaportal/internal/path"
	"seaportal/models"
	"seaportal/views"
	"seaportal/views/layout"
)

// Progress is the part of a page that tells how far the making of a set is,
// without anything of the set. It is empty, and 204, when nobody makes one.
func (h *Credentials) Progress(c echo.Context) error {
	ctx, unit, _ := ofUnit(c)
	held, err := h.credentials.Held(ctx, unit)
	if err != nil {
		return err
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	if held.Issuing == nil && (held.Live == nil || held.Live.State != models.CredentialRetiring) {
		return c.NoContent(http.StatusNoContent)
	}
	return render(c, http.StatusOK, views.CredentialSteps(progressOf(held.Issuing, held.Live)))
}

// progressOf reads the steps off the rows, which are committed one by one.
func progressOf(issuing, live *models.Credential) views.CredentialProgress {
	p := views.CredentialProgress{Replaces: live != nil}
	stopping := live != nil && live.State == models.CredentialRetiring
	if issuing == nil {
		p.Revoking = stopping
		return p
	}
	p.KeyMade = issuing.AccessKeyID != ""
	p.KeyProved = issuing.VerifiedAt != nil
	return p
}

// AskTest tells what a test of the connection looks at.
func (h *Credentials) AskTest(c echo.Context) error {
	return h.test(c, views.CredentialTestProps{})
}

// Test goes the way of a partner's request, as far as that is possible without
// the secret.
func (h *Credentials) Test(c echo.Context) error {
	ctx, unit, _ := ofUnit(c)
	checks, err := h.credentials.TestConnection(ctx, unit)
	if err != nil {
		return err
	}
	in := views.CredentialTestProps{Done: true}
	for _, check := range checks {
		in.Checks = append(in.Checks, views.ConnectionCheck{
			Name: check.Name, Outcome: string(check.Outcome), Said: check.Said, Partner: check.Partner, Do: check.Do,
		})
	}
	return h.test(c, in)
}

func (h *Credentials) test(c echo.Context, in views.CredentialTestProps) error {
	ctx, unit, shown := ofUnit(c)
	held, err := h.credentials.Held(ctx, unit)
	if err != nil {
		return err
	}
	accessKeyID := ""
	if held.Live != nil {
		accessKeyID = held.Live.AccessKeyID
	}
	in.Unit, in.Connect = shown, h.connectTo(unit, accessKeyID)
	c.Response().Header().Set("Cache-Control", "no-store")
	return h.show(c, http.StatusOK, func(p layout.Page) templ.Component { return views.CredentialTest(p, in) })
}

// lastUse is when and from how many addresses a set was used, for screens.
func lastUse(status credential.Status) views.LastUse {
	use := views.LastUse{At: when(status.LastUsedAt), Unknown: status.UseUnknown}
	for _, at := range status.Addresses {
		use.Addresses = append(use.Addresses, views.UsedAddress{
			Address: at.Address, First: at.FirstAt, Last: at.LastAt, Requests: at.Requests, Refused: at.Refused,
		})
	}
	return use
}

// access is what the credentials page says of allowed addresses.
func access(unit models.BusinessUnit) views.AllowedAddresses {
	return views.AllowedAddresses{
		Ranges: unit.Allowed(), Pending: unit.PolicyPending(), Href: path.AllowedAddressesForm(unit.Slug),
	}
}
