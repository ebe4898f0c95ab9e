package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"seaportal/internal/app"
	"seaportal/internal/config"
)

type user struct {
	Add userAdd `cmd:"" help:"Make a local account."`
}

type userAdd struct {
	Email         string `required:"" help:"E-mail to sign in with." env:"SEA_USER_EMAIL"`
	Name          string `help:"Name as the history shows it." env:"SEA_USER_NAME"`
	Role          string `enum:"administrator,viewer" default:"viewer" help:"administrator or viewer." env:"SEA_USER_ROLE"`
	PasswordStdin bool   `required:"" help:"Read the password from the first line of standard input." env:"SEA_USER_PASSWORD_STDIN"`
}

// Run makes the account; the server may be running or not.
func (u *userAdd) Run(ctx context.Context, stdin io.Reader, stdout io.Writer, place config.Place) error {
	password, err := bufio.NewReader(stdin).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read the password: %w", err)
	}
	cfg := config.Config{Place: place, MasterKey: config.MasterKeyFromEnv()}
	err = app.AddUser(ctx, cfg, app.Logger(os.Stderr, "warn"), app.NewUser{
		Email: u.Email, Name: u.Name, Role: u.Role,
	}, strings.TrimRight(password, "\r\n"))
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "added %s as %s\n", u.Email, u.Role)
	return err
}
