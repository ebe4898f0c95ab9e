package handlers

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"seaportal/internal/fault"
	"seaportal/internal/keys"
	"seaportal/internal/path"
	"seaportal/models"
	"seaportal/views"
	"seaportal/views/layout"
)

// Encryption owns the screens of a unit's keys.
type Encryption struct {
	frame
	keys *keys.Service
}

// Show tells which keys a unit's files rest under.
func (h *Encryption) Show(c echo.Context) error {
	_, unit, _ := ofUnit(c)
	return h.overview(c, http.StatusOK, encryptionForm(unit))
}

// encryptionForm is the choice as it is.
func encryptionForm(unit models.BusinessUnit) views.EncryptionForm {
	form := views.EncryptionForm{Use: "system", LockVersion: strconv.FormatInt(unit.LockVersion, 10)}
	if unit.CustomKeyARN != "" {
		form.Use, form.ARN = "arn", unit.CustomKeyARN
	}
	return form
}

func (h *Encryption) overview(c echo.Context, status int, form views.EncryptionForm) error {
	ctx, unit, shown := ofUnit(c)
	over, err := h.keys.Overview(ctx, unit)
	if err != nil {
		return err
	}
	in := views.EncryptionProps{Unit: shown, Current: encryptionKey(over.Current), Plain: over.Plain, Kept: over.Kept, None: over.None, Form: form}
	for _, key := range over.Others {
		in.Others = append(in.Others, encryptionKey(key))
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	return h.show(c, status, func(p layout.Page) templ.Component { return views.Encryption(p, in) })
}

func encryptionKey(key keys.Key) views.EncryptionKey {
	origin := "Custom key"
	switch {
	case key.System:
		origin = "System-generated key"
	case key.Origin == models.KeyImported:
		origin = "Custom key, brought here"
	}
	return views.EncryptionKey{ARN: key.ARN, Origin: origin, State: string(key.State), Files: key.Files, Bytes: key.Bytes}
}

// Choose sets the key for new files. The material of a key is never sent back.
func (h *Encryption) Choose(c echo.Context) error {
	ctx, unit, _ := ofUnit(c)
	form := views.EncryptionForm{Use: c.FormValue("use"), ARN: c.FormValue("arn"), LockVersion: c.FormValue("lock_version")}
	version, err := strconv.ParseInt(form.LockVersion, 10, 64)
	if err != nil {
		version = -1
	}
	err = h.keys.Choose(ctx, actor(c), unit, version, keys.Choice{Use: form.Use, ARN: form.ARN, Material: c.FormValue("material")})
	if form.Errors = fault.Fields(err); form.Errors != nil {
		if form.Use == "import" {
			again(form.Errors, "material", "key material", c.FormValue("material"))
		}
		var lacks *keys.Ungranted
		if errors.As(err, &lacks) {
			form.Missing = lacks.Policy
		}
		return h.overview(c, http.StatusUnprocessableEntity, form)
	}
	if fault.Is(err, fault.Conflict) {
		form.LockVersion, form.Theirs = strconv.FormatInt(unit.LockVersion, 10), true
		return h.overview(c, http.StatusConflict, form)
	}
	if err != nil {
		return err
	}
	return h.done(c, path.Encryption(unit.Slug), "The key is saved. It encrypts what is placed from now on.")
}

// AskDisable tells what disabling a key does, with the form that does it.
func (h *Encryption) AskDisable(c echo.Context) error {
	return h.disableForm(c, http.StatusOK, c.QueryParam("key"), views.KeyDisableProps{})
}

func (h *Encryption) disableForm(c echo.Context, status int, arn string, in views.KeyDisableProps) error {
	ctx, unit, shown := ofUnit(c)
	over, err := h.keys.Overview(ctx, unit)
	if err != nil {
		return err
	}
	for _, key := range append(over.Others, over.Current) {
		if key.ARN == arn && key.State == keys.Enabled && over.Kept {
			in.Unit, in.Key, in.Current = shown, encryptionKey(key), arn == over.Current.ARN
			return h.show(c, status, func(p layout.Page) templ.Component { return views.KeyDisable(p, in) })
		}
	}
	return fault.New(fault.NotFound, "This business unit uses no such key, or it is not enabled.")
}

// Disable makes the files under a key unreadable.
func (h *Encryption) Disable(c echo.Context) error {
	ctx, unit, _ := ofUnit(c)
	arn, in := c.FormValue("key"), views.KeyDisableProps{Confirm: c.FormValue("confirm")}
	if in.Errors = fault.Fields(fault.Confirm(unit.Slug, in.Confirm)); in.Errors != nil {
		return h.disableForm(c, http.StatusUnprocessableEntity, arn, in)
	}
	if err := h.keys.Switch(ctx, actor(c), unit, arn, false); err != nil {
		return err
	}
	return h.done(c, path.Encryption(unit.Slug), "The key is disabled. Files that rest under it cannot be read.")
}

// Enable makes a disabled key work again.
func (h *Encryption) Enable(c echo.Context) error {
	ctx, unit, _ := ofUnit(c)
	if err := h.keys.Switch(ctx, actor(c), unit, c.FormValue("key"), true); err != nil {
		return err
	}
	return h.done(c, path.Encryption(unit.Slug), "The key is enabled. Its files can be read again.")
}
