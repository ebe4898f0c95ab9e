package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

// The documents are read before any test: a server that one starts changes the
// working directory.
var configuration, readme = read("../../docs/configuration.md"), read("../../README.md")

// read gives a document, empty where it is not there: then nothing is found in it.
func read(file string) string {
	text, _ := os.ReadFile(file)
	return string(text)
}

// command runs the program with arguments and gives what it printed.
func command(t *testing.T, stdin string, args ...string) (string, error) {
	t.Helper()
	var printed bytes.Buffer
	err := run(args, strings.NewReader(stdin), &printed)
	return printed.String(), err
}

func TestEveryFlagHasAVariable(t *testing.T) {
	t.Parallel()
	parser, err := newParser(&cli{}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{}
	for _, node := range append(parser.Model.Leaves(true), parser.Model.Node) {
		for _, flag := range node.Flags {
			if flag.Name == "help" {
				continue
			}
			if len(flag.Envs) != 1 || !strings.HasPrefix(flag.Envs[0], "SEA_") {
				t.Errorf("--%s of %s has the variables %q", flag.Name, node.Path(), flag.Envs)
				continue
			}
			if other, taken := seen[flag.Envs[0]]; taken && other != flag.Name {
				t.Errorf("--%s and --%s share %s", flag.Name, other, flag.Envs[0])
			}
			seen[flag.Envs[0]] = flag.Name
			if !strings.Contains(configuration, "`"+flag.Envs[0]+"`") {
				t.Errorf("docs/configuration.md does not know %s", flag.Envs[0])
			}
		}
	}
	if len(seen) < 15 {
		t.Errorf("only %d flags were looked at", len(seen))
	}
}

func TestTheReadmeNamesEveryCommand(t *testing.T) {
	t.Parallel()
	parser, err := newParser(&cli{}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, leaf := range parser.Model.Leaves(true) {
		command := leaf.FullPath()
		_, last, _ := strings.Cut(command, " ")
		if !strings.Contains(readme, "`"+command+"`") && !strings.Contains(readme, "`"+last+"`") {
			t.Errorf("README.md does not know %s", command)
		}
	}
}

func TestCommandsWorkWithoutAServer(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	added, err := command(t, "correct horse battery staple\nmore", "user", "add", "--email=a@test.example",
		"--role", "administrator", "--password-stdin", "--data-dir", dir)
	if err != nil || added != "added a@test.example as administrator\n" {
		t.Errorf("user add: %q, %v", added, err)
	}
	verified, err := command(t, "", "--data-dir", dir, "history", "verify")
	if err != nil || verified != "history is whole: 1 events\n" {
		t.Errorf("history verify: %q, %v", verified, err)
	}
	env, err := command(t, "", "storage", "env", "--data-dir", dir)
	if err != nil || strings.Count(env, "\n") != 5 || !strings.Contains(env, "AWS_ENDPOINT_URL=http://127.0.0.1:9000\n") {
		t.Errorf("storage env: %q, %v", env, err)
	}
	version, err := command(t, "", "version")
	if err != nil || !strings.HasPrefix(version, "seaportal ") {
		t.Errorf("version: %q, %v", version, err)
	}
	if _, err := command(t, "", "health", "--data-dir", dir); err == nil || !strings.Contains(err.Error(), "no server runs") {
		t.Errorf("health: %v", err)
	}
}

func TestBadInputIsOneLine(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, test := range map[string]struct {
		stdin string
		args  []string
		want  string
	}{
		"no command":     {"", nil, "expected one of"},
		"unknown flag":   {"", []string{"serve", "--bogus"}, "unknown flag --bogus"},
		"unknown role":   {"x\n", []string{"user", "add", "--email=a@b", "--role=king", "--password-stdin"}, "--role"},
		"no password":    {"", []string{"user", "add", "--email=a@test.example", "--password-stdin", "--data-dir", dir}, "password: "},
		"short password": {"short\n", []string{"user", "add", "--email=a@test.example", "--password-stdin", "--data-dir", dir}, "password: "},
		"bad e-mail":     {"correct horse battery staple\n", []string{"user", "add", "--email=a", "--password-stdin", "--data-dir", dir}, "email: "},
		"open address":   {"", []string{"serve", "--listen", ":8080", "--data-dir", dir}, "--insecure-listen"},
		"bad duration":   {"", []string{"serve", "--clock-offset", "soon", "--data-dir", dir}, "--clock-offset"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := command(t, test.stdin, test.args...)
			if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}
