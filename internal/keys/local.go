package keys

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/google/uuid"

	"seaportal/internal/clock"
	"seaportal/internal/fault"
	"seaportal/internal/keyring"
	"seaportal/internal/sealed"
	"seaportal/internal/store"
	"seaportal/models"
)

// localAccount stands for the account in the ARNs of Local.
const localAccount = "000000000000"

// Local answers the calls of KMS in this process, with keys in the database,
// sealed by the key ring. It answers as AWS KMS does, with the same types of
// errors. Only one process may change the keys of a database.
type Local struct {
	Store  *store.Store
	Master *keyring.Ring
	Region string
	Clock  clock.Clock

	mu     sync.RWMutex
	opened map[uuid.UUID]opened // by id, of keys that are enabled
}

// CreateKey makes a key of 256 bits.
func (l *Local) CreateKey(ctx context.Context, in *kms.CreateKeyInput, _ ...func(*kms.Options)) (*kms.CreateKeyOutput, error) {
	material := make([]byte, materialSize)
	if _, err := rand.Read(material); err != nil {
		return nil, fmt.Errorf("draw key: %w", err)
	}
	key, err := l.keep(ctx, material, models.KeyMade, aws.ToString(in.Description))
	if err != nil {
		return nil, err
	}
	return &kms.CreateKeyOutput{KeyMetadata: l.describe(key)}, nil
}

// Import takes a key that was made elsewhere, see Keeper.
func (l *Local) Import(ctx context.Context, material []byte, description string) (string, error) {
	if len(material) != materialSize {
		return "", fault.BadInput(fault.Field{Name: "material", Msg: "A key has 256 bits: 32 bytes, which are 44 characters in base64."})
	}
	key, err := l.keep(ctx, material, models.KeyImported, description)
	return l.arn(key.ID), err
}

func (l *Local) keep(ctx context.Context, material []byte, origin models.KeyOrigin, description string) (models.KMSKey, error) {
	id := uuid.NewString()
	key := models.KMSKey{ID: id, Origin: origin, Description: description, Enabled: true, CreatedAt: l.Clock.Now()}
	seal := func() (err error) {
		key.Material, key.SealedBy, err = l.Master.Seal(ctx, sealed.NewPlain(string(material)), key.SealedFor())
		if err == nil {
			err = l.Store.InsertKMSKey(ctx, key)
		}
		return err
	}
	err := seal()
	if fault.Is(err, fault.Conflict) { // the sealing key was rotated meanwhile
		err = seal()
	}
	return key, err
}

// DescribeKey tells of a key.
func (l *Local) DescribeKey(ctx context.Context, in *kms.DescribeKeyInput, _ ...func(*kms.Options)) (*kms.DescribeKeyOutput, error) {
	key, err := l.find(ctx, aws.ToString(in.KeyId))
	if err != nil {
		return nil, err
	}
	return &kms.DescribeKeyOutput{KeyMetadata: l.describe(key)}, nil
}

// Switch enables or disables a key, see Keeper.
func (l *Local) Switch(ctx context.Context, name string, on bool, rest func(tx *store.Store) error) error {
	key, err := l.find(ctx, name)
	if err != nil {
		return err
	}
	id, err := idOf(key.ID)
	if err != nil {
		return err
	}
	l.mu.Lock() // nobody opens it until the change stands
	defer l.mu.Unlock()
	delete(l.opened, id)
	return l.Store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.SwitchKMSKey(ctx, key.ID, on); err != nil {
			return err
		}
		return rest(tx)
	})
}

func (l *Local) arn(id string) string {
	return "arn:aws:kms:" + l.Region + ":" + localAccount + ":key/" + id
}

// find reads a key by its id or ARN.
func (l *Local) find(ctx context.Context, name string) (models.KMSKey, error) {
	id, err := idOf(name)
	if err != nil {
		return models.KMSKey{}, unknownKey(name)
	}
	key, err := l.Store.KMSKey(ctx, id.String())
	if fault.Is(err, fault.NotFound) {
		return key, unknownKey(name)
	}
	return key, err
}

func idOf(name string) (uuid.UUID, error) {
	if _, last, ok := strings.Cut(name, ":key/"); ok {
		name = last
	}
	return uuid.Parse(name)
}

func unknownKey(name string) error {
	return &types.NotFoundException{Message: aws.String(fmt.Sprintf("Key '%s' does not exist", name))}
}

func (l *Local) describe(key models.KMSKey) *types.KeyMetadata {
	state := types.KeyStateEnabled
	if !key.Enabled {
		state = types.KeyStateDisabled
	}
	return &types.KeyMetadata{
		KeyId: &key.ID, Arn: aws.String(l.arn(key.ID)), AWSAccountId: aws.String(localAccount), CreationDate: &key.CreatedAt,
		Description: &key.Description, Enabled: key.Enabled, KeyState: state, KeyUsage: types.KeyUsageTypeEncryptDecrypt,
		KeySpec: types.KeySpecSymmetricDefault, Origin: types.OriginType(key.Origin), KeyManager: types.KeyManagerTypeCustomer,
	}
}
