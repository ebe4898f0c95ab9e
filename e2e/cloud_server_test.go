package e2e

import (
	"context"
	"encoding/base64"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

const (
	cloudActive = "recordings"
	cloudSEA    = "external-access"
	cloudRegion = "us-east-1"
	cloudKey    = "sea-key"
)

// elsewhere is an S3 and IAM server in processes of its own.
type elsewhere struct {
	root        account // may do anything
	iamEndpoint string
}

// cloudEnv is how the portal finds out who it is, by the SDK's default chain.
func (e elsewhere) cloudEnv() []string {
	return []string{"AWS_ACCESS_KEY_ID=" + e.root.ID, "AWS_SECRET_ACCESS_KEY=" + e.root.Secret}
}

// cloudFlags tell the portal where the server is.
func (e elsewhere) cloudFlags(more ...string) []string {
	return append([]string{
		"--mode", "aws", "--region", cloudRegion, "--active-bucket", cloudActive, "--sea-bucket", cloudSEA,
		"--s3-endpoint", e.root.Endpoint, "--iam-endpoint", e.iamEndpoint,
	}, more...)
}

// otherServer starts the S3 server of SEA_TEST_BARE with its IAM service, and makes the bucket of active storage.
func otherServer(t *testing.T) elsewhere {
	t.Helper()
	program := os.Getenv("SEA_TEST_BARE")
	if program == "" {
		t.Skip("SEA_TEST_BARE names no server")
	}
	iamAddress, address := freeAddress(t), freeAddress(t)
	e := elsewhere{
		root:        account{ID: "ROOTROOTROOTROOTROOT", Secret: "root-secret-of-the-other-server", Endpoint: "http://" + address, Region: cloudRegion, Bucket: cloudActive},
		iamEndpoint: "http://" + iamAddress,
	}
	socket := startOtherIAM(t, program, e.root, iamAddress)
	runServer(t, program, "--port", address, "--access", e.root.ID, "--secret", e.root.Secret, "--region", cloudRegion, "--iam-cache-disable", "--quiet",
		"--keep-alive", "--iam-standalone-endpoint", socket, "posix", folder(t, "objects"))
	awaitServer(t, e.root)
	for _, bucket := range []string{cloudActive, "active"} { // the other one is what wantRefusals tries
		if _, err := e.root.sdk().CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &bucket}); err != nil {
			t.Fatal(err)
		}
	}
	return e
}

// startOtherIAM runs the IAM service, and gives the socket by which the S3 server asks it.
func startOtherIAM(t *testing.T, program string, root account, address string) string {
	t.Helper()
	short, err := os.MkdirTemp("", "iam") //nolint:usetesting // the name of a socket has at most 107 bytes
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(short) })
	socket := filepath.Join(short, "private.sock")
	runServer(t, program, "--port", address, "--access", root.ID, "--secret", root.Secret, "--region", cloudRegion, "--quiet",
		"iam", "--dir", folder(t, "iam"), "--private-ports", socket)
	eventually(t, startWithin, "the IAM service listens", func() (bool, string) {
		_, err := os.Stat(socket)
		return err == nil, fmt.Sprint(err)
	})
	return socket
}

// minioServer starts a MinIO of SEA_TEST_MINIO that has the KMS key `sea-key`, and beside it the IAM service of SEA_TEST_BARE: MinIO's own users are
// not made by the API of AWS.
// With a signer, it speaks TLS.
func minioServer(t *testing.T, signer *authority) elsewhere {
	t.Helper()
	minio, bare := os.Getenv("SEA_TEST_MINIO"), os.Getenv("SEA_TEST_BARE")
	if minio == "" || bare == "" {
		t.Skip("SEA_TEST_MINIO and SEA_TEST_BARE name no servers")
	}
	iamAddress, address := freeAddress(t), freeAddress(t)
	e := elsewhere{
		root:        account{ID: "ROOTROOTROOTROOTROOT", Secret: "root-secret-of-the-other-server", Endpoint: "http://" + address, Region: cloudRegion, Bucket: cloudActive},
		iamEndpoint: "http://" + iamAddress,
	}
	certificates := folder(t, "certificates")
	if signer != nil {
		e.root.Endpoint, e.root.signer = "https://"+address, signer
		for from, to := range map[string]string{signer.cert: "public.crt", signer.key: "private.key"} {
			if err := os.Symlink(from, filepath.Join(certificates, to)); err != nil {
				t.Fatal(err)
			}
		}
	}
	startOtherIAM(t, bare, e.root, iamAddress)
	key := base64.StdEncoding.EncodeToString([]byte("a key of 32 bytes for tests only"))
	runServer(t, "env", "MINIO_ROOT_USER="+e.root.ID, "MINIO_ROOT_PASSWORD="+e.root.Secret, "MINIO_KMS_SECRET_KEY="+cloudKey+":"+key,
		minio, "server", folder(t, "minio"), "--address", address, "--certs-dir", certificates, "--quiet")
	awaitServer(t, e.root)
	if _, err := e.root.sdk().CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String(cloudActive)}); err != nil {
		t.Fatal(err)
	}
	return e
}

func folder(t *testing.T, name string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	return dir
}

// runServer runs a server as long as the test lives, and shows what it printed where the test fails.
func runServer(t *testing.T, program string, args ...string) {
	t.Helper()
	out := &transcript{}
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), program, args...)
	cmd.Env, cmd.Stdout, cmd.Stderr = cleanEnv(), out, out
	if err := cmd.Start(); err != nil {
		t.Fatalf("start %s: %v", program, err)
	}
	t.Cleanup(func() {
		_, _ = cmd.Process.Kill(), cmd.Wait()
		if t.Failed() {
			t.Logf("%s printed:\n%s", program, tail(out.String(), 30))
		}
	})
}

func awaitServer(t *testing.T, a account) {
	t.Helper()
	eventually(t, startWithin, "the other server answers", func() (bool, string) {
		_, err := a.sdk().ListBuckets(t.Context(), &s3.ListBucketsInput{})
		return err == nil, fmt.Sprint(err)
	})
}

// identity makes an IAM user with that policy, and gives its key as the SDK's environment.
func (e elsewhere) identity(t *testing.T, user, policy string) []string {
	t.Helper()
	client := iam.New(iam.Options{
		BaseEndpoint: &e.iamEndpoint, Region: cloudRegion,
		Credentials: credentials.NewStaticCredentialsProvider(e.root.ID, e.root.Secret, ""),
	})
	_, err := client.CreateUser(t.Context(), &iam.CreateUserInput{UserName: &user})
	if err == nil {
		_, err = client.PutUserPolicy(t.Context(), &iam.PutUserPolicyInput{UserName: &user, PolicyName: &user, PolicyDocument: &policy})
	}
	if err != nil {
		t.Fatal(err)
	}
	key, err := client.CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: &user})
	if err != nil {
		t.Fatal(err)
	}
	return []string{"AWS_ACCESS_KEY_ID=" + *key.AccessKey.AccessKeyId, "AWS_SECRET_ACCESS_KEY=" + *key.AccessKey.SecretAccessKey}
}
