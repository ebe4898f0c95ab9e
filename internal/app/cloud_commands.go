package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	"seaportal/handlers"
	"seaportal/internal/config"
	"seaportal/internal/policy"
	"seaportal/internal/provision"
)

// CloudRights is what the commands about the portal's own rights are told beside
// the configuration.
type CloudRights struct {
	Account string   // 12 digits, or empty
	Keys    []string // ARNs of keys that the portal may use beside its own
	Bucket  bool     // the SEA bucket's policy instead of the portal's
}

func (r CloudRights) place(cfg config.Config) provision.Place {
	place := cloud{Cloud: cfg.Cloud, region: cfg.Region}.place()
	place.Account, place.Others = r.Account, r.Keys
	return place
}

// CloudPolicy writes the policy document that the portal's identity needs, or
// that of its SEA bucket. It asks nobody.
func CloudPolicy(w io.Writer, cfg config.Config, rights CloudRights) error {
	if err := cfg.Cloud.Check(); err != nil {
		return err
	}
	place := rights.place(cfg)
	document := place.Rights()
	if rights.Bucket {
		document = place.BucketPolicy()
	}
	return writePolicy(w, document)
}

func writePolicy(w io.Writer, document policy.Document) error {
	text, err := document.Indented()
	if err == nil {
		_, err = fmt.Fprintln(w, text)
	}
	return err
}

// CloudCheck makes every call that the portal will make, writes how each ended
// and which statements grant what is missing, and fails unless nothing is.
func CloudCheck(ctx context.Context, w io.Writer, cfg config.Config, rights CloudRights) error {
	if err := cfg.Cloud.Check(); err != nil {
		return err
	}
	c, err := openCloud(ctx, cfg)
	if err != nil {
		return err
	}
	endpoint, err := c.endpoint(ctx)
	if err != nil {
		return err
	}
	there := c.storage(endpoint)
	there.Place = rights.place(cfg)
	calls := c.walker(there).Walk(ctx)
	if err := writeCalls(w, calls); err != nil {
		return err
	}
	return verdict(w, there.Missing(calls), calls)
}

// walker tries the portal's own rights.
func (c cloud) walker(there provision.Storage) provision.Walker {
	walker := provision.Walker{Storage: there, IAM: c.iam(), SQS: c.queue(), QueueURL: c.EventsQueue}
	if c.KMS() {
		walker.Keys = c.keys()
	}
	return walker
}

// tryRights is CloudCheck for a page.
func (c cloud) tryRights(ctx context.Context, there provision.Storage) (handlers.Rights, error) {
	calls := c.walker(there).Walk(ctx)
	var tried handlers.Rights
	for _, call := range calls {
		tried.Calls = append(tried.Calls, handlers.Call{Right: call.Right, On: call.On, Outcome: outcomeWord[call.Outcome], Said: call.Said})
	}
	missing := there.Missing(calls)
	if len(missing.Statement) == 0 {
		return tried, nil
	}
	text, err := missing.Indented()
	tried.Missing = text
	return tried, err
}

// outcomeWord is how an outcome is called on a page.
var outcomeWord = map[provision.Outcome]string{
	provision.Granted: "granted", provision.Denied: "denied", provision.Unclear: "unclear", provision.Untried: "untried",
}

func writeCalls(w io.Writer, calls []provision.Call) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, call := range calls {
		if _, err := fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", call.Outcome, call.Right, call.On, call.Said); err != nil {
			return err
		}
	}
	return table.Flush()
}

// verdict writes the statements that are missing, and says what the walk comes
// to.
func verdict(w io.Writer, missing policy.Document, calls []provision.Call) error {
	if len(missing.Statement) > 0 {
		if _, err := fmt.Fprintln(w, "\nAdd to the policy of the portal's identity:"); err != nil {
			return err
		}
		return errors.Join(writePolicy(w, missing), errors.New("rights are missing"))
	}
	for _, call := range calls {
		if call.Outcome == provision.Unclear || call.Outcome == provision.Denied {
			return fmt.Errorf("%s on %s: %s", call.Right, call.On, call.Said)
		}
	}
	_, err := fmt.Fprintln(w, "\nThe portal may do all that was tried.")
	return err
}
