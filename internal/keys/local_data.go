package keys

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/google/uuid"

	"seaportal/models"
)

const (
	materialSize = 32 // bytes: AES-256
	dataKeySize  = 32
	// blobVersion begins a wrapped data key: version, id of the key, nonce,
	// ciphertext.
	blobVersion = 1
	idSize      = 16
)

// opened is a key that is ready for use. Its nonces are drawn at random, which
// is safe for 2^32 data keys (NIST SP 800-38D, 8.3).
type opened struct {
	arn  string
	aead cipher.AEAD
}

// GenerateDataKey draws a data key, and wraps it under a key together with the
// context.
func (l *Local) GenerateDataKey(ctx context.Context, in *kms.GenerateDataKeyInput, _ ...func(*kms.Options)) (*kms.GenerateDataKeyOutput, error) {
	name := aws.ToString(in.KeyId)
	id, err := idOf(name)
	if err != nil {
		return nil, unknownKey(name)
	}
	key, err := l.use(ctx, id)
	if err != nil {
		return nil, err
	}
	fresh := make([]byte, dataKeySize+key.aead.NonceSize())
	if _, err := rand.Read(fresh); err != nil {
		return nil, fmt.Errorf("draw data key: %w", err)
	}
	data, nonce := fresh[:dataKeySize:dataKeySize], fresh[dataKeySize:]
	blob := append([]byte{blobVersion}, id[:]...)
	blob = append(blob, nonce...)
	blob = key.aead.Seal(blob, nonce, data, contextText(in.EncryptionContext))
	return &kms.GenerateDataKeyOutput{KeyId: &key.arn, Plaintext: data, CiphertextBlob: blob}, nil
}

// Decrypt unwraps a data key.
func (l *Local) Decrypt(ctx context.Context, in *kms.DecryptInput, _ ...func(*kms.Options)) (*kms.DecryptOutput, error) {
	blob := in.CiphertextBlob
	if len(blob) < 1+idSize || blob[0] != blobVersion {
		return nil, &types.InvalidCiphertextException{}
	}
	id, err := uuid.FromBytes(blob[1 : 1+idSize])
	if err != nil {
		return nil, &types.InvalidCiphertextException{}
	}
	key, err := l.use(ctx, id)
	if err != nil {
		return nil, err
	}
	sealed := blob[1+idSize:]
	if len(sealed) < key.aead.NonceSize() {
		return nil, &types.InvalidCiphertextException{}
	}
	data, err := key.aead.Open(nil, sealed[:key.aead.NonceSize()], sealed[key.aead.NonceSize():], contextText(in.EncryptionContext))
	if err != nil {
		return nil, &types.InvalidCiphertextException{}
	}
	return &kms.DecryptOutput{KeyId: &key.arn, Plaintext: data}, nil
}

// use gives a key that is enabled, ready for use.
func (l *Local) use(ctx context.Context, id uuid.UUID) (opened, error) {
	l.mu.RLock()
	key, ok := l.opened[id]
	l.mu.RUnlock()
	if ok {
		return key, nil
	}
	l.mu.Lock() // against Switch: what it forgot must not be remembered from a row that was read before
	defer l.mu.Unlock()
	row, err := l.find(ctx, l.arn(id.String()))
	if err != nil {
		return opened{}, err
	}
	if !row.Enabled {
		return opened{}, &types.DisabledException{Message: aws.String(l.arn(row.ID) + " is disabled.")}
	}
	if key, err = l.open(ctx, row); err != nil {
		return opened{}, err
	}
	if l.opened == nil {
		l.opened = map[uuid.UUID]opened{}
	}
	l.opened[id] = key
	return key, nil
}

func (l *Local) open(ctx context.Context, row models.KMSKey) (opened, error) {
	material, err := l.Master.Open(ctx, row.Material, row.SealedBy, row.SealedFor())
	if err != nil {
		return opened{}, fmt.Errorf("open KMS key %s: %w", row.ID, err)
	}
	block, err := aes.NewCipher([]byte(material.Reveal()))
	if err != nil {
		return opened{}, err
	}
	aead, err := cipher.NewGCM(block)
	return opened{arn: l.arn(row.ID), aead: aead}, err
}

// contextText is an encryption context as one text: each part after its
// length, by name.
func contextText(context map[string]string) []byte {
	var text []byte
	for _, name := range slices.Sorted(maps.Keys(context)) {
		for _, part := range []string{name, context[name]} {
			text = binary.BigEndian.AppendUint32(text, uint32(len(part))) //nolint:gosec // KMS allows 8 KiB in all
			text = append(text, part...)
		}
	}
	return text
}
