package handlers

import (
	"errors"
	"net/http"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"seaportal/internal/credential"
	"seaportal/internal/fault"
	"seaportal/internal/path"
	"seaportal/views"
	"seaportal/views/layout"
)

// AskRegenerate tells what regenerating does, with the form that does it. Where no
// set is active there is nothing to ask: the credentials page says what there is.
func (h *Credentials) AskRegenerate(c echo.Context) error {
	ctx, unit, shown := ofUnit(c)
	status, err := h.credentials.Current(ctx, unit)
	if err != nil {
		return err
	}
	if status.State != credential.Active {
		return c.Redirect(http.StatusSeeOther, path.Credentials(shown.Slug))
	}
	nonce, err := h.nonce(c, unit, credential.Active)
	if err != nil {
		return err
	}
	return h.regenerateForm(c, http.StatusOK, status, views.CredentialRegenerateProps{Nonce: nonce})
}

func (h *Credentials) regenerateForm(
	c echo.Context, status int, now credential.Status, in views.CredentialRegenerateProps,
) error {
	_, _, in.Unit = ofUnit(c)
	in.AccessKeyID, in.LastUse = now.Live.AccessKeyID, lastUse(now)
	c.Response().Header().Set("Cache-Control", "no-store")
	return h.show(c, status, func(p layout.Page) templ.Component { return views.CredentialRegenerate(p, in) })
}

// Regenerate replaces the set and shows the new secret, once.
func (h *Credentials) Regenerate(c echo.Context) error {
	if partial(c) {
		return noPart()
	}
	ctx, unit, _ := ofUnit(c)
	before, err := h.credentials.Current(ctx, unit)
	if err != nil {
		return err
	}
	page, err := h.toReveal(c)
	if err != nil {
		return err
	}
	in := views.CredentialRegenerateProps{Nonce: c.FormValue("nonce"), Confirm: c.FormValue("confirm")}
	issued, err := h.credentials.Regenerate(ctx, actor(c), unit, in.Nonce, in.Confirm)
	if in.Errors = fault.Fields(err); in.Errors != nil { // the nonce was not used
		if before.State != credential.Active {
			return h.stands(c, http.StatusConflict, false)
		}
		return h.regenerateForm(c, http.StatusUnprocessableEntity, before, in)
	}
	if errors.Is(err, credential.ErrSentBefore) {
		return h.stands(c, http.StatusConflict, true)
	}
	if err != nil {
		return err
	}
	return h.reveal(c, page, issued)
}

// AskRevoke tells what revoking does, with the form that does it. Where no set is
// active there is nothing to ask.
func (h *Credentials) AskRevoke(c echo.Context) error {
	ctx, unit, shown := ofUnit(c)
	now, err := h.credentials.Current(ctx, unit)
	if err != nil {
		return err
	}
	if now.State != credential.Active {
		return c.Redirect(http.StatusSeeOther, path.Credentials(shown.Slug))
	}
	return h.revokeForm(c, http.StatusOK, now, views.CredentialRevokeProps{})
}

func (h *Credentials) revokeForm(c echo.Context, status int, now credential.Status, in views.CredentialRevokeProps) error {
	_, _, in.Unit = ofUnit(c)
	in.AccessKeyID, in.LastUse = now.Live.AccessKeyID, lastUse(now)
	return h.show(c, status, func(p layout.Page) templ.Component { return views.CredentialRevoke(p, in) })
}

// Revoke stops the set without a successor.
func (h *Credentials) Revoke(c echo.Context) error {
	ctx, unit, shown := ofUnit(c)
	in := views.CredentialRevokeProps{Confirm: c.FormValue("confirm")}
	err := h.credentials.Revoke(ctx, actor(c), unit, c.FormValue("access_key_id"), in.Confirm)
	if in.Errors = fault.Fields(err); in.Errors != nil {
		now, err := h.credentials.Current(ctx, unit)
		if err != nil {
			return err
		}
		if now.State != credential.Active { // a redirect would pass for success
			return h.stands(c, http.StatusConflict, false)
		}
		return h.revokeForm(c, http.StatusUnprocessableEntity, now, in)
	}
	if err != nil {
		return err
	}
	return h.done(c, path.Credentials(shown.Slug), "The credential set is revoked. Its key is refused.")
}
