package handlers

import (
	"errors"
	"net/http"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"seaportal/internal/account"
	"seaportal/internal/credential"
	"seaportal/internal/fault"
	"seaportal/internal/path"
	"seaportal/models"
	"seaportal/views"
	"seaportal/views/layout"
)

// Credentials is a unit's one credential set.
type Credentials struct {
	frame
	credentials *credential.Service
	bundles     *credential.Bundles
	folder      folder
	connect     views.Connect // the endpoint's part
}

// Show tells how the set stands. It never shows a secret.
func (h *Credentials) Show(c echo.Context) error { return h.stands(c, http.StatusOK, false) }

// stands is the page that Show answers with, and a form that was sent before.
func (h *Credentials) stands(c echo.Context, code int, sentBefore bool) error {
	ctx, unit, shown := ofUnit(c)
	status, err := h.credentials.Current(ctx, unit)
	if err != nil {
		return err
	}
	in := credentialProps(status)
	in.SentBefore, in.Allowed = sentBefore, access(unit)
	since, _ := status.IdleSince(h.life.Now())
	in.Idle = since != nil
	in.Unit, in.Connect = shown, h.connectTo(unit, in.Connect.AccessKeyID)
	if in.Connect.Folder, err = h.folder.of(c, unit); err != nil {
		return err
	}
	if in.Nonce, err = h.nonce(c, unit, status.State); err != nil {
		return err
	}
	c.Response().Header().Set("Cache-Control", "no-store") // the nonce is for one visit
	return h.show(c, code, func(p layout.Page) templ.Component { return views.CredentialShow(p, in) })
}

// nonce is for the one form that the page holds in a state. Who may not send
// the form gets none.
func (h *Credentials) nonce(c echo.Context, unit models.BusinessUnit, state credential.State) (string, error) {
	user, _ := User(c)
	purpose := ""
	switch state {
	case credential.None, credential.Revoked:
		purpose = credential.PurposeGenerate
	case credential.Active:
		purpose = credential.PurposeRegenerate
	case credential.Issuing, credential.Retiring:
	}
	if purpose == "" || !account.May(user, account.SEAEdit) {
		return "", nil
	}
	return h.credentials.IssueNonce(c.Request().Context(), user.ID, unit.ID, purpose)
}

func (h *Credentials) connectTo(unit models.BusinessUnit, accessKeyID string) views.Connect {
	connect := h.connect
	connect.Slug, connect.Location, connect.AccessKeyID = unit.Slug, unit.FileLocation(), accessKeyID
	return connect
}

// Create generates the first set and shows its secret, once.
func (h *Credentials) Create(c echo.Context) error {
	if partial(c) {
		return noPart()
	}
	ctx, unit, _ := ofUnit(c)
	page, err := h.toReveal(c)
	if err != nil {
		return err
	}
	issued, err := h.credentials.Generate(ctx, actor(c), unit, c.FormValue("nonce"))
	if errors.Is(err, credential.ErrSentBefore) {
		return h.stands(c, http.StatusConflict, true)
	}
	if err != nil {
		return err
	}
	return h.reveal(c, page, issued)
}

// noPart refuses htmx: a secret is shown by a page of its own or not at all.
func noPart() error {
	return fault.New(fault.Invalid, "Send this form as a page: the secret is not shown inside of another one.")
}

// revealing is what the page that shows a secret needs beside it.
type revealing struct {
	session string
	in      views.CredentialRevealProps
}

// toReveal gathers it before a set is issued: nothing may fail between a secret
// and the one page that shows it.
func (h *Credentials) toReveal(c echo.Context) (page revealing, err error) {
	_, unit, shown := ofUnit(c)
	page.in = views.CredentialRevealProps{Unit: shown, Connect: h.connectTo(unit, "")}
	if page.in.Connect.Folder, err = h.folder.of(c, unit); err != nil {
		return page, err
	}
	page.session, err = h.sessions.Mark(c.Request())
	return page, err
}

// reveal shows the secret, and keeps browsers and proxies from keeping it.
func (h *Credentials) reveal(c echo.Context, page revealing, issued credential.Issued) error {
	_, unit, _ := ofUnit(c)
	in := page.in
	in.Connect.Endpoint, in.Connect.Region = issued.Endpoint, issued.Region
	in.Connect.Location, in.Connect.AccessKeyID = issued.FileLocation, issued.AccessKeyID
	in.Secret, in.Stopped, in.Allowed = issued.Secret, issued.Stopped, access(unit)
	in.Proof = views.CredentialProof{
		Accepted: issued.Proof.Accepted, Kept: issued.Proof.Kept,
		Refusals: issued.Proof.Refusals, FirstRefusal: issued.Proof.FirstRefusal, LastRefusal: issued.Proof.LastRefusal,
	}
	if box, err := h.bundles.Seal(c.Request().Context(), page.session, unit, issued); err == nil { // else the page shows the secret without offering files
		in.Sealed, in.Bundles = box, bundles()
	}
	unkept(c)
	return render(c, http.StatusOK, views.CredentialReveal(h.page(c), in))
}

// Acknowledge confirms that the secret was saved, and has the browser drop the
// page that showed it from its cache.
func (h *Credentials) Acknowledge(c echo.Context) error {
	ctx, unit, shown := ofUnit(c)
	accessKeyID := c.FormValue("access_key_id")
	if accessKeyID == "" { // the form names none: the one set there is
		status, err := h.credentials.Current(ctx, unit)
		if err != nil {
			return err
		}
		if status.Live != nil {
			accessKeyID = status.Live.AccessKeyID
		}
	}
	if err := h.credentials.Acknowledge(ctx, actor(c), unit, accessKeyID); err != nil {
		return err
	}
	header := c.Response().Header()
	header.Set("Clear-Site-Data", `"cache"`)
	header.Set("Cache-Control", "no-store")
	return h.done(c, path.Credentials(shown.Slug), "Confirmed: the secret access key was saved.")
}

func credentialProps(status credential.Status) views.CredentialShowProps {
	in := views.CredentialShowProps{State: string(status.State), LastUse: lastUse(status)}
	if live := status.Live; live != nil {
		in.Connect.AccessKeyID = live.AccessKeyID
		in.Created, in.CreatedBy, in.Confirmed = live.CreatedAt, live.CreatedBy, live.AcknowledgedAt != nil
	}
	switch status.State {
	case credential.Issuing:
		in.LeaseUntil = when(status.Issuing.LeaseUntil)
		in.StartedBy, in.Started, in.Interrupted = status.Issuing.CreatedBy, status.Issuing.CreatedAt, status.Interrupted
		in.Progress = progressOf(status.Issuing, status.Live)
		if status.Live != nil && status.Live.State == models.CredentialActive {
			in.StillWorks = in.Connect.AccessKeyID
		}
	case credential.Retiring: // one word for both on the page: in progress
		in.State, in.LeaseUntil = string(credential.Issuing), when(status.Live.LeaseUntil)
		in.StartedBy, in.Interrupted = status.Live.RetiredBy, status.Interrupted
		in.Progress = progressOf(nil, status.Live)
	case credential.Revoked:
		for _, set := range status.Past {
			if set.State == models.CredentialRetired {
				in.Revoked, in.RevokedBy = when(set.RetiredAt), set.RetiredBy
				break
			}
		}
	case credential.None, credential.Active:
	}
	return in
}
