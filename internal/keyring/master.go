package keyring

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/google/uuid"
	"gocloud.dev/secrets"
	"gocloud.dev/secrets/awskms"
	"gocloud.dev/secrets/localsecrets"

	"seaportal/internal/clock"
	"seaportal/internal/sealed"
	"seaportal/models"
)

// Variable is where the configuration has the master keys from.
const Variable = "SEA_MASTER_KEY"

const (
	// inFile stands for the keys in the file master.key.
	inFile = "file"
	// localName begins the name of a key that the operator keeps, before a hash of it.
	localName = "local:"
	nameSize  = 6 // bytes of the hash
)

// master is a master key: it wraps sealing keys.
type master struct {
	name   string // what a sealing key that it wrapped remembers of it
	keeper *secrets.Keeper
	raw    *sealed.Key // nil unless the operator keeps the key
}

// masters gives the master keys: the first one wraps, the others only unwrap
// what they wrapped before. They are parted by commas or blanks, each 32 bytes in
// base64, `awskms:///ARN`, or `file` for those in the file master.key, which is
// also what none means. With begin the file is written where it is missed.
func (c Config) masters(ctx context.Context, begin bool) ([]master, error) {
	words := c.words()
	var all []master
	for _, word := range words {
		if word != inFile {
			one, err := parse(ctx, word)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", Variable, err)
			}
			all = append(all, one)
			continue
		}
		kept, err := c.file().masters(ctx, begin && len(words) == 1)
		if err != nil {
			return nil, err
		}
		all = append(all, kept...)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("there is no master key: the file %s is missing. Put it back from your backup, or name the key in %s", c.file(), Variable)
	}
	return all, nil
}

// words are the master keys as they were given.
func (c Config) words() []string {
	words := strings.FieldsFunc(c.Master.Reveal(), func(r rune) bool { return strings.ContainsRune(", \t\n", r) })
	if len(words) == 0 {
		return []string{inFile}
	}
	return words
}

// parse reads one master key.
func parse(ctx context.Context, word string) (master, error) {
	if strings.HasPrefix(word, awskms.Scheme+"://") {
		return parseKMS(ctx, word)
	}
	raw, err := base64.StdEncoding.DecodeString(word)
	if err != nil || len(raw) != sealed.KeySize {
		return master{}, fmt.Errorf("a master key is the base64 text of %d bytes, or awskms:///ARN of a key in AWS KMS", sealed.KeySize)
	}
	return localMaster(raw)
}

// parseKMS reads the URL of a key in AWS KMS; what follows its ? is about the
// way there, such as region=eu-central-1.
func parseKMS(ctx context.Context, word string) (master, error) {
	at, err := url.Parse(word)
	if err != nil {
		return master{}, errors.New("the URL of the key in AWS KMS cannot be read: write awskms:///ARN?region=REGION")
	}
	keeper, err := new(awskms.URLOpener).OpenKeeperURL(ctx, at)
	if err != nil {
		return master{}, fmt.Errorf("reach AWS KMS: %w", err)
	}
	name := awskms.Scheme + ":///" + strings.TrimPrefix(path.Join(at.Host, at.Path), "/")
	return master{name: name, keeper: keeper}, nil
}

// localMaster makes a master key of 32 bytes. What wraps is derived, so that the
// bytes serve one algorithm only.
func localMaster(raw []byte) (master, error) {
	own, err := sealed.NewKey(raw)
	if err != nil {
		return master{}, err
	}
	name, errName := own.Derive("name of the master key", nameSize)
	wraps, errWraps := own.Derive("wrap sealing keys", sealed.KeySize)
	if err := errors.Join(errName, errWraps); err != nil {
		return master{}, err
	}
	return master{name: localName + hex.EncodeToString(name), raw: own, keeper: localsecrets.NewKeeper([sealed.KeySize]byte(wraps))}, nil
}

// newKey draws a sealing key that is current.
func (m master) newKey(ctx context.Context) (models.SealingKey, error) {
	raw := make([]byte, sealed.KeySize)
	if _, err := rand.Read(raw); err != nil {
		return models.SealingKey{}, fmt.Errorf("draw sealing key: %w", err)
	}
	wrapped, err := m.keeper.Encrypt(ctx, raw)
	if err != nil {
		return models.SealingKey{}, fmt.Errorf("the master key %s does not wrap: %w", m.name, err)
	}
	return models.SealingKey{ID: uuid.NewString(), Wrapped: wrapped, Master: m.name, Current: true, CreatedAt: clock.Real.Now()}, nil
}

// unwrap opens a sealing key by the master key that wrapped it. Two keys of AWS
// KMS may have one name, in two regions.
func (c Config) unwrap(ctx context.Context, row models.SealingKey) (*sealed.Key, error) {
	masters, err := c.masters(ctx, false)
	if err != nil {
		return nil, err
	}
	if len(row.Wrapped) == 0 {
		return c.itself(ctx, row.ID, masters)
	}
	var failed error
	for _, m := range masters {
		if m.name != row.Master {
			continue
		}
		raw, err := m.keeper.Decrypt(ctx, row.Wrapped)
		if err == nil {
			return sealed.NewKey(raw)
		}
		failed = err
	}
	if failed != nil {
		return nil, fmt.Errorf("the master key %s does not unwrap: %w", row.Master, failed)
	}
	return nil, fmt.Errorf("the secrets in the database are sealed under the master key %s, and there is only %s: put the right one in the file %s or in %s",
		row.Master, namesOf(masters), c.file(), Variable)
}

// itself gives the master key that seals by itself, as all did before there were
// sealing keys: of several the one that opens a secret.
func (c Config) itself(ctx context.Context, id string, masters []master) (*sealed.Key, error) {
	for _, m := range slices.Backward(masters) { // new ones are put in front
		if m.raw == nil {
			continue
		}
		err := c.opensOne(ctx, id, m.raw)
		if err == nil {
			return m.raw, nil
		}
		if !errors.Is(err, sealed.ErrOpen) {
			return nil, err
		}
	}
	return nil, fmt.Errorf("the secrets in the database are sealed by another master key than %s: put it in the file %s, or behind the others in %s", namesOf(masters), c.file(), Variable)
}

// opensOne tries a key on one secret of each kind that is sealed under it, and
// returns sealed.ErrOpen where it does not open that.
func (c Config) opensOne(ctx context.Context, id string, with *sealed.Key) error {
	for _, column := range models.SealedColumns {
		rows, err := c.Store.SealedBy(ctx, column, id)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if _, err := with.Open(row.Secret, column.Context(row.ID)); err != nil {
				return fmt.Errorf("%s of %s: %w", row.ID, column.Table, err)
			}
		}
	}
	return nil
}

func namesOf(masters []master) string {
	names := make([]string, len(masters))
	for i, m := range masters {
		names[i] = m.name
	}
	return strings.Join(names, ", ")
}
