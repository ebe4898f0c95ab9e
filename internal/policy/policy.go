// Package policy owns how a policy document of IAM, S3 or KMS is written. It
// decides nothing about who may do what, and makes no request.
package policy

import (
	"bytes"
	"encoding/json"
	"strings"
)

// Version is the one version of the policy language that knows variables.
const Version = "2012-10-17"

// Document is a policy document.
type Document struct {
	Version   string
	Statement []Statement
}

// Statement is one statement of it. Principal is for policies of a resource.
type Statement struct {
	Sid       string
	Effect    string
	Principal string `json:",omitempty"`
	Action    []string
	Resource  Resources
	Condition Conditions `json:",omitempty"`
}

// Effects.
const (
	Allow = "Allow"
	Deny  = "Deny"
)

// Conditions are the values of each key of each operator.
type Conditions map[string]map[string][]string

// Resources are ARNs. A single one is written without brackets, as every
// character counts where a document has a limit.
type Resources []string

// MarshalJSON writes one or several.
func (r Resources) MarshalJSON() ([]byte, error) {
	var text any = []string(r)
	if len(r) == 1 {
		text = r[0]
	}
	written, err := write(text, "")
	return []byte(written), err
}

// Of makes a document.
func Of(statements ...Statement) Document { return Document{Version: Version, Statement: statements} }

// Text writes the document on one line, without escaping what only HTML needs
// escaped: that would be six characters of the limit for one.
func (d Document) Text() (string, error) { return write(d, "") }

// Indented writes the document for people.
func (d Document) Indented() (string, error) { return write(d, "  ") }

func write(what any, indent string) (string, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", indent)
	err := encoder.Encode(what)
	return strings.TrimSuffix(text.String(), "\n"), err
}

// Length counts as IAM does: characters that are no white space.
func Length(text string) int {
	count := 0
	for _, r := range text {
		if !strings.ContainsRune(" \t\r\n", r) {
			count++
		}
	}
	return count
}

// Partition is the part of AWS that a region lies in, as ARNs name it.
func Partition(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}

// ViaS3 is the condition that KMS is asked by S3 of a region, on behalf of
// whoever asked S3.
func ViaS3(region string) Conditions {
	host := "s3." + region + ".amazonaws.com"
	if Partition(region) == "aws-cn" {
		host += ".cn"
	}
	return Conditions{"StringEquals": {"kms:ViaService": {host}}}
}
