package e2e

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

const (
	startWithin = 30 * time.Second
	stopWithin  = 20 * time.Second
)

// installation is a data directory with the two addresses that its server listens on, kept over restarts.
type installation struct {
	t       *testing.T
	dataDir string
	listen  string
	s3      string
	demo    bool
	flags   []string   // of serve, beside the usual ones
	signer  *authority // of its certificate; nil: it speaks HTTP
	inside  []string   // command line that runs another one where the installation lives, if that is not here
	out     *transcript
	running *exec.Cmd
	exited  chan error
}

// transcript collects what the program prints, over all its starts.
type transcript struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *transcript) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *transcript) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// install makes an installation with an empty data directory. Nothing runs yet.
func install(t *testing.T) *installation {
	t.Helper()
	in := &installation{t: t, dataDir: filepath.Join(t.TempDir(), "data"), listen: freeAddress(t), s3: freeAddress(t), out: &transcript{}}
	t.Cleanup(func() {
		in.kill()
		if t.Failed() {
			t.Logf("the program printed:\n%s", tail(in.out.String(), 60))
		}
	})
	return in
}

// launch makes an installation and starts its server.
func launch(t *testing.T) *installation {
	t.Helper()
	in := install(t)
	in.start()
	return in
}

// URL is the portal's address.
func (in *installation) URL() string {
	if in.signer != nil {
		return "https://" + in.listen
	}
	return "http://" + in.listen
}

// start runs the server and returns once it says that it is ready.
func (in *installation) start(env ...string) {
	in.t.Helper()
	in.spawn(env...)
	eventually(in.t, startWithin, "the server is ready", func() (bool, string) {
		select {
		case err := <-in.exited:
			in.exited <- err
			in.t.Fatalf("the server ended at start: %v\n%s", err, in.out)
		default:
		}
		return in.ready()
	})
}

// spawn runs the server and returns at once.
func (in *installation) spawn(env ...string) {
	in.t.Helper()
	cmd := in.program(context.WithoutCancel(in.t.Context()), "serve", "--listen", in.listen, "--s3-listen", in.s3, "--data-dir", in.dataDir)
	cmd.Args = append(cmd.Args, in.flags...)
	if in.demo {
		cmd.Args = append(cmd.Args, "--demo")
	}
	if in.signer != nil {
		cmd.Args = append(cmd.Args, "--tls-cert", in.signer.cert, "--tls-key", in.signer.key)
	}
	cmd.Env = append(cleanEnv(), env...)
	cmd.Dir = filepath.Dir(in.dataDir)
	cmd.Stdout, cmd.Stderr = in.out, in.out
	if err := cmd.Start(); err != nil {
		in.t.Fatalf("start the server: %v", err)
	}
	in.running, in.exited = cmd, make(chan error, 1)
	go func(exited chan<- error) { exited <- cmd.Wait() }(in.exited)
}

// program is a command line of the program under test.
func (in *installation) program(ctx context.Context, args ...string) *exec.Cmd {
	line := slices.Concat(in.inside, []string{binary}, args)
	return exec.CommandContext(ctx, line[0], line[1:]...)
}

func (in *installation) ready() (bool, string) {
	ctx, cancel := context.WithTimeout(in.t.Context(), 2*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, in.URL()+"/readyz", nil)
	if err != nil {
		return false, err.Error()
	}
	res, err := (&http.Client{Transport: in.signer.transport()}).Do(req)
	if err != nil {
		return false, err.Error()
	}
	_ = res.Body.Close()
	return res.StatusCode == http.StatusOK, res.Status
}

// printed waits for something that the program prints, and returns the match and its groups.
func (in *installation) printed(wanted *regexp.Regexp) []string {
	in.t.Helper()
	var found []string
	eventually(in.t, startWithin, "the program prints "+wanted.String(), func() (bool, string) {
		found = wanted.FindStringSubmatch(in.out.String())
		return found != nil, tail(in.out.String(), 20)
	})
	return found
}

// stop asks the server to end, as an operator does, and expects a clean end.
func (in *installation) stop() {
	in.t.Helper()
	http.DefaultClient.CloseIdleConnections()
	if err := in.running.Process.Signal(syscall.SIGTERM); err != nil {
		in.t.Fatalf("ask the server to stop: %v", err)
	}
	select {
	case err := <-in.exited:
		in.running = nil
		if err != nil {
			in.t.Fatalf("the server did not end cleanly: %v", err)
		}
	case <-time.After(stopWithin):
		in.t.Fatalf("the server was still there %s after SIGTERM", stopWithin)
	}
}

// kill ends the server at once, if it runs, as a power cut would.
func (in *installation) kill() {
	if in.running == nil {
		return
	}
	_ = in.running.Process.Kill()
	if err := <-in.exited; err != nil {
		_, _ = fmt.Fprintf(in.out, "killed: %v\n", err)
	}
	in.running = nil
}

// command runs another command of the program beside the server and returns what it printed.
func (in *installation) command(stdin string, args ...string) string {
	in.t.Helper()
	out, err := in.try(stdin, args...)
	if err != nil {
		in.t.Fatalf("seaportal %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

func (in *installation) try(stdin string, args ...string) (string, error) {
	return in.tryAs(nil, stdin, args...)
}

// tryAs is try with variables in the environment.
func (in *installation) tryAs(env []string, stdin string, args ...string) (string, error) {
	cmd := in.program(in.t.Context(), append([]string{"--data-dir", in.dataDir}, args...)...)
	cmd.Env = append(cleanEnv(), env...)
	cmd.Stdin = strings.NewReader(stdin)
	var out, problem bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problem
	if err := cmd.Run(); err != nil {
		return out.String() + problem.String(), err
	}
	return out.String(), nil
}

// operator is the account that may do anything in both buckets, as `storage env` prints it.
func (in *installation) operator() account {
	in.t.Helper()
	values := map[string]string{}
	for line := range strings.Lines(in.command("", "storage", "env")) {
		name, value, ok := strings.Cut(strings.TrimSpace(line), "=")
		if ok {
			values[name] = value
		}
	}
	return account{
		ID: values["AWS_ACCESS_KEY_ID"], Secret: values["AWS_SECRET_ACCESS_KEY"], Endpoint: values["AWS_ENDPOINT_URL"],
		Region: values["AWS_REGION"], Bucket: values["SEA_ACTIVE_BUCKET"], signer: in.signer,
	}
}

// signedIn makes an account and returns a signed-in portal.
func (in *installation) signedIn(email, role string) *portal {
	in.t.Helper()
	in.command(password+"\n", "user", "add", "--email", email, "--role", role, "--password-stdin")
	p := newPortal(in.t, in.URL())
	p.signer, p.http.Transport = in.signer, in.signer.transport()
	p.signIn(email, password)
	return p
}

// cleanEnv is this process's environment without what would configure the program or an AWS client.
func cleanEnv() []string {
	var env []string
	for _, pair := range os.Environ() {
		if !strings.HasPrefix(pair, "SEA_") && !strings.HasPrefix(pair, "AWS_") && !strings.HasPrefix(pair, "TEST_") {
			env = append(env, pair)
		}
	}
	return append(env, "LC_ALL=C.UTF-8", "AWS_EC2_METADATA_DISABLED=true")
}

// freeAddress finds a loopback port that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("find a free port: %v", err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}

// tail is the last lines of a text.
func tail(text string, lines int) string {
	all := strings.Split(strings.TrimRight(text, "\n"), "\n")
	if len(all) <= lines {
		return text
	}
	return fmt.Sprintf("… %d lines before\n%s", len(all)-lines, strings.Join(all[len(all)-lines:], "\n"))
}

// pidText is a process id as it stands in a path.
func pidText(pid int) string { return strconv.Itoa(pid) }

// exitCode is how a command ended, 0 when it went well.
func exitCode(err error) int {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode()
	}
	if err != nil {
		return -1
	}
	return 0
}
