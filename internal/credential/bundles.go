package credential

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"seaportal/internal/credential/bundle"
	"seaportal/internal/fault"
	"seaportal/internal/history"
	"seaportal/internal/keyring"
	"seaportal/internal/sealed"
	"seaportal/internal/store"
	"seaportal/models"
)

const (
	// bundleLife is how long the page that shows a secret can make files of it.
	bundleLife = 10 * time.Minute
	// sealTime bounds what is read of the sealing keys.
	sealTime = 5 * time.Second
)

const (
	msgPageTooOld = "That page is too old to make files. Copy what it still shows, or generate a new set."
	msgNoFormat   = "There is no such file. Open the credentials page and choose one that it offers."
)

// errSealed is why a page is too old, for the log: what exactly did not fit is nobody's business.
var errSealed = errors.New("the sealed secret is too old or belongs elsewhere")

// Bundles makes files of a secret that a page has just shown, without keeping it: the page carries the secret sealed under
// the sealing key that all processes share, bound to one session, unit and key, for ten minutes.
type Bundles struct {
	store    *store.Store
	keys     *keyring.Ring
	endpoint string
	region   string
}

// NewBundles makes one. Endpoint is the public URL of S3, region its region.
func NewBundles(s *store.Store, keys *keyring.Ring, endpoint, region string) *Bundles {
	return &Bundles{store: s, keys: keys, endpoint: endpoint, region: region}
}

// Seal gives the text that the page carries in a hidden field. Session names the session that the page is shown to.
func (b *Bundles) Seal(ctx context.Context, session string, unit models.BusinessUnit, issued Issued) (string, error) {
	return b.sealUntil(ctx, now().Add(bundleLife), session, unit, issued)
}

// sealUntil names the sealing key before what is sealed under it. To issue a set may have taken longer than the request has.
func (b *Bundles) sealUntil(ctx context.Context, end time.Time, session string, unit models.BusinessUnit, issued Issued) (string, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), sealTime)
	defer cancel()
	text := strconv.FormatInt(end.Unix(), 10) + "\n" + issued.Secret.Reveal()
	box, by, err := b.keys.Seal(ctx, sealed.NewPlain(text), bundleContext(session, unit.ID, issued.AccessKeyID))
	if err != nil {
		return "", fmt.Errorf("seal the secret of %s: %w", Mask(issued.AccessKeyID), err)
	}
	return by + "." + box.Token(), nil
}

// bundleContext is what a sealed secret is good for. No part holds a line break.
func bundleContext(session string, unitID int64, accessKeyID string) string {
	return strings.Join([]string{"bundle", session, strconv.FormatInt(unitID, 10), accessKeyID}, "\n")
}

// BundleForm is what comes back from the page: what Seal gave, for which key, and the format's id.
type BundleForm struct {
	Sealed, AccessKeyID, Format string
}

// Make opens what Seal gave and makes the file, and keeps in the history who took which format. It gives fault.Invalid when
// the form is too old, comes from another session or unit, names a key that is not the unit's active one any
// more, or a format that there is not. Whoever may edit external access may call it.
func (b *Bundles) Make(ctx context.Context, by models.Actor, unit models.BusinessUnit, session string, form BundleForm) (bundle.File, error) {
	format, ok := bundle.Find(form.Format)
	if !ok {
		return bundle.File{}, fault.New(fault.Invalid, msgNoFormat)
	}
	secret, err := b.open(ctx, session, unit.ID, form)
	if errors.Is(err, errSealed) || errors.Is(err, sealed.ErrOpen) {
		return bundle.File{}, fault.Wrap(fault.Invalid, err, msgPageTooOld)
	}
	if err != nil {
		return bundle.File{}, fmt.Errorf("open the secret of %s: %w", Mask(form.AccessKeyID), err)
	}
	file, err := format.Render(bundle.Set{
		Unit: unit.Name, Slug: unit.Slug, Endpoint: b.endpoint, Region: b.region, Location: unit.FileLocation(),
		AccessKeyID: form.AccessKeyID, Secret: secret, Amazon: bundle.Amazon(b.endpoint),
	})
	if err != nil {
		return bundle.File{}, err
	}
	if err := b.record(ctx, by, unit, form.AccessKeyID, format); err != nil {
		return bundle.File{}, err
	}
	return file, nil
}

func (b *Bundles) open(ctx context.Context, session string, unitID int64, form BundleForm) (sealed.Plain, error) {
	by, token, _ := strings.Cut(form.Sealed, ".")
	box, err := sealed.FromToken(token)
	if err != nil {
		return sealed.Plain{}, err
	}
	opened, err := b.keys.Open(ctx, box, by, bundleContext(session, unitID, form.AccessKeyID))
	if err != nil {
		return sealed.Plain{}, err
	}
	until, secret, _ := strings.Cut(opened.Reveal(), "\n")
	end, err := strconv.ParseInt(until, 10, 64)
	if err != nil || !now().Before(time.Unix(end, 0)) {
		return sealed.Plain{}, errSealed
	}
	return sealed.NewPlain(secret), nil
}

// record notes the download in the history, if the key is still the unit's.
func (b *Bundles) record(ctx context.Context, by models.Actor, unit models.BusinessUnit, accessKeyID string, format bundle.Format) error {
	return b.store.Tx(ctx, func(tx *store.Store) error {
		held, err := tx.HeldCredentials(ctx, unit.ID)
		if err != nil {
			return err
		}
		set := held.Live
		if set == nil || set.State != models.CredentialActive || set.AccessKeyID != accessKeyID {
			return fault.Wrap(fault.Invalid, errSealed, msgPageTooOld)
		}
		return history.Record(ctx, tx, history.Event{
			By: by, UnitID: unit.ID, Action: "credentials.downloaded", ObjectKind: "credential", ObjectID: set.ID,
			Summary: "Downloaded the credential set " + Mask(accessKeyID) + " as " + format.Label,
			Details: map[string]any{"access_key_id": accessKeyID, "format": format.ID, "holds_secret": format.Secret},
		})
	})
}
