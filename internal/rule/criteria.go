package rule

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

var errNoList = errors.New("decode criteria: not one JSON list")

// Condition is one thing that must hold of a file. Values are as typed, one
// element each; Compile gives them their types.
type Condition struct {
	Field    Field    `json:"field"`
	Operator Operator `json:"op"`
	Values   []string `json:"values,omitempty"`
}

// Criteria are conditions that must all hold. None means every file of the
// media type.
type Criteria []Condition

// Encode gives the JSON text that the database keeps. Equal criteria give
// equal texts.
func (c Criteria) Encode() (string, error) {
	if len(c) == 0 {
		return "[]", nil
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(c); err != nil {
		return "", fmt.Errorf("encode criteria: %w", err)
	}
	return string(bytes.TrimSpace(b.Bytes())), nil
}

// DecodeCriteria reads what Encode wrote. It is strict: a member that this
// version does not know would change what the rule means. Whether the
// conditions make sense is checked by Compile.
func DecodeCriteria(text string) (Criteria, error) {
	if !strings.HasPrefix(text, "[") {
		return nil, errNoList // "" and null must not come to mean every file
	}
	dec := json.NewDecoder(bytes.NewReader([]byte(text)))
	dec.DisallowUnknownFields()
	var c Criteria
	if err := dec.Decode(&c); err != nil {
		return nil, fmt.Errorf("decode criteria: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errNoList
	}
	if len(c) == 0 {
		return nil, nil
	}
	return c, nil
}
