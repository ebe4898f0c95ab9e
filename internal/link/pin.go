package link

import (
	"context"
	"errors"
	"sync"
	"time"

	"seaportal/internal/fault"
	"seaportal/internal/limit"
	"seaportal/internal/sealed"
	"seaportal/internal/slowhash"
	"seaportal/internal/store"
	"seaportal/models"
)

const (
	// pinTries is how many wrong PINs a link takes before it is locked for good.
	pinTries = 5
	// Wrong PINs of one address, over all links: so many are free, and how long
	// it takes to earn the next. Who was sent many links and confused their PINs
	// is below it.
	addressTries = 20
	addressEvery = 30 * time.Second
	// pinTurns is how many PINs are hashed at once: 19 MiB each.
	pinTurns = 2
)

// pinGuard bounds how PINs are tried. Its zero value is ready.
type pinGuard struct {
	once      sync.Once
	turns     slowhash.Turns
	addresses *limit.Table
}

func (g *pinGuard) init() {
	g.once.Do(func() {
		g.turns = slowhash.NewTurns(pinTurns)
		g.addresses = limit.NewTable(addressTries, addressEvery)
	})
}

func (g *pinGuard) hash(ctx context.Context, pin sealed.Plain) (string, error) {
	g.init()
	done, err := g.turns.Take(ctx)
	if err != nil {
		return "", err
	}
	defer done()
	return slowhash.Of(pin.Reveal())
}

// match compares, and counts a wrong PIN on its address. The caller has a turn.
func (g *pinGuard) match(pin sealed.Plain, hash, address string) (bool, error) {
	from := limit.Network(address)
	if err := limit.Refuse(g.addresses.Wait(from, now())); err != nil {
		return false, err
	}
	right, err := slowhash.Match(pin.Reveal(), hash)
	if err == nil && !right {
		g.addresses.Take(from, now())
	}
	return right, err
}

// wait refuses an address that has failed too often.
func (g *pinGuard) wait(address string) error {
	g.init()
	return limit.Refuse(g.addresses.Wait(limit.Network(address), now()))
}

// checkPIN lets the right PIN pass. It waits for a turn first: whoever fetches
// many files at once with the right PIN has no more tries out than there are
// turns, and is not taken for somebody who guesses.
func (s *Service) checkPIN(ctx context.Context, by models.Actor, link models.Link, pin sealed.Plain) error {
	if link.PINHash == "" {
		return nil
	}
	if err := s.pins.wait(by.Address); err != nil {
		return err
	}
	done, err := s.pins.turns.Take(ctx)
	if err != nil {
		return err
	}
	right, err := s.tryPIN(ctx, by, link, pin)
	done()
	if err != nil || right {
		return err
	}
	err = s.Store.Tx(ctx, func(tx *store.Store) error {
		return record(ctx, tx, by, link, "link.pin_refused", "Refused a wrong PIN for a share link", nil)
	})
	if err != nil {
		return err
	}
	return fault.BadInput(fault.Field{Name: "pin", Msg: "This PIN is wrong. After five wrong ones the link is locked."})
}

// tryPIN takes a try before it compares, so that many at once have no more tries
// than one after the other. The try is returned when the PIN was right, whatever
// becomes of the download, and when nothing was compared.
func (s *Service) tryPIN(ctx context.Context, by models.Actor, link models.Link, pin sealed.Plain) (bool, error) {
	err := s.Store.TakePINTry(ctx, link.ID, pinTries)
	if errors.Is(err, store.ErrStale) {
		return false, fault.Wrap(fault.TooMany, err, msgLocked)
	}
	if err != nil {
		return false, err
	}
	right, err := s.pins.match(pin, link.PINHash, by.Address)
	if err == nil && !right {
		return false, nil
	}
	return right, errors.Join(err, s.Store.ReturnPINTry(context.WithoutCancel(ctx), link.ID))
}
