package app

import (
	"encoding/base32"
	"encoding/base64"

	"seaportal/internal/sealed"
)

// operator is the account that may do anything on the embedded server: the
// portal's own, and the one that `storage env` prints.
type operator struct {
	accessKeyID string
	secret      sealed.Plain
}

// operatorOf derives the account from the master key, by one-way functions. It
// is kept nowhere: whoever has the master key has it, running server or not,
// and whoever has only a copy of the database or of the objects does not.
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
