package app

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/base64"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"

	"seaportal/internal/keyring"
	"seaportal/internal/sealed"
)

// operator is an account that may do anything on the embedded server.
type operator struct {
	accessKeyID string
	secret      sealed.Plain
}

// Retrieve signs requests as the account.
func (o operator) Retrieve(context.Context) (aws.Credentials, error) {
	return aws.Credentials{AccessKeyID: o.accessKeyID, SecretAccessKey: o.secret.Reveal()}, nil
}

// operatorOf derives the account that `storage env` prints, and that signs the
// portal's links, from the sealing key, by one-way functions. It is kept nowhere:
// whoever has the master key and the database has it, running server or not.
func operatorOf(key *sealed.Key) (operator, error) {
	id, err := key.Derive("embedded server operator access key id", 10)
	if err != nil {
		return operator{}, err
	}
	secret, err := key.Derive("embedded server operator secret access key", 30)
	if err != nil {
		return operator{}, err
	}
	return operator{
		// 20 and 40 characters, as on AWS; none that a shell would change.
		accessKeyID: "SEAO" + base32.StdEncoding.EncodeToString(id),
		secret:      sealed.NewPlain(base64.RawURLEncoding.EncodeToString(secret)),
	}, nil
}

// rootAccount draws the account that the portal itself uses while it runs.
// Nobody else knows it.
func rootAccount() operator {
	return operator{accessKeyID: "SEAR" + rand.Text()[:16], secret: sealed.NewPlain(rand.Text() + rand.Text())}
}

// operators gives the operator as it is now: another one once the keys were
// rotated, and then the one before has no rights.
type operators struct {
	keys  *keyring.Ring
	known atomic.Pointer[knownOperator]
}

type knownOperator struct {
	keyID string
	operator
}

func (o *operators) now() (operator, error) {
	keyID, key := o.keys.Current()
	if known := o.known.Load(); known != nil && known.keyID == keyID {
		return known.operator, nil
	}
	if key == nil {
		return operator{}, errors.New("the sealing key cannot be opened, so there is no operator account: see the log")
	}
	account, err := operatorOf(key)
	if err != nil {
		return operator{}, fmt.Errorf("make the operator account: %w", err)
	}
	o.known.Store(&knownOperator{keyID: keyID, operator: account})
	return account, nil
}

// account gives the operator to the embedded server: none, where it cannot be
// made.
func (o *operators) account() (accessKeyID string, secret sealed.Plain) {
	account, err := o.now()
	if err != nil {
		return "", sealed.Plain{}
	}
	return account.accessKeyID, account.secret
}

// Retrieve signs requests as the operator of that moment.
func (o *operators) Retrieve(ctx context.Context) (aws.Credentials, error) {
	account, err := o.now()
	if err != nil {
		return aws.Credentials{}, err
	}
	return account.Retrieve(ctx)
}
