package app

import (
	"context"
	"fmt"
	"strings"

	"seaportal/internal/demo"
)

// welcome prints what the operator must know, and nobody else: links and
// passwords go to standard output and never to the log.
func (a *App) welcome(ctx context.Context) error {
	portal := publicURL(a.cfg.PublicURL, a.addresses.Portal)
	var text strings.Builder
	fmt.Fprintf(&text, "\n  Secure External Access\n\n  Portal       %s\n  S3 endpoint  %s\n", portal, a.storage.public)
	if a.certificates != nil && a.certificates.Authority() != "" {
		fmt.Fprintf(&text, "  Authority    %s\n               signs for these addresses: clients that trust it connect without a warning\n",
			a.certificates.Authority())
	}
	if a.cfg.ClockOffset != 0 {
		fmt.Fprintf(&text, "  Clock        the life cycle's is moved by %s\n", a.cfg.ClockOffset)
	}
	if a.opts.Demo {
		password, err := demo.Administrator(ctx, a.operations.accounts)
		if err != nil {
			return fmt.Errorf("make the demo's administrator: %w", err)
		}
		fmt.Fprintf(&text, "\n  Sign in as   %s\n  Password     %s\n", demo.Email, password.Reveal())
	}
	needed, err := a.operations.accounts.SetUpNeeded(ctx)
	if err != nil {
		return err
	}
	if needed {
		token, err := a.operations.accounts.SetUpLink(ctx)
		if err != nil {
			return fmt.Errorf("make a set-up link: %w", err)
		}
		fmt.Fprintf(&text, "\n  Nobody has an account yet. Make the first one here; the link works once:\n  %s/set-up/%s\n", portal, token)
	}
	_, err = fmt.Fprintln(a.opts.Stdout, text.String())
	return err
}
