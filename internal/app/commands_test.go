package app_test

import (
	"bytes"
	"log/slog"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/google/go-cmp/cmp"

	"seaportal/internal/app"
	"seaportal/internal/testkit"
)

func TestStorageEnvIsPlainLinesThatWork(t *testing.T) {
	t.Parallel()
	p := testkit.Start(t)
	var printed bytes.Buffer
	if err := app.StorageEnv(t.Context(), &printed, p.Config, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	want := regexp.MustCompile(`^AWS_ACCESS_KEY_ID=[A-Z0-9]{20}
AWS_SECRET_ACCESS_KEY=[A-Za-z0-9_-]{40}
AWS_ENDPOINT_URL=http://127\.0\.0\.1:[0-9]+
AWS_REGION=us-east-1
SEA_ACTIVE_BUCKET=active
$`)
	if !want.MatchString(printed.String()) {
		t.Errorf("printed\n%s", printed.String())
	}
	buckets, err := p.Operator(t).ListBuckets(t.Context(), &s3.ListBucketsInput{})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, bucket := range buckets.Buckets {
		names = append(names, *bucket.Name)
	}
	if diff := cmp.Diff([]string{"active", "sea"}, names); diff != "" {
		t.Error(diff)
	}
	running := p.Env(t)
	p.Config.S3Listen = strings.TrimPrefix(running["AWS_ENDPOINT_URL"], "http://")
	p.Stop(t)
	if diff := cmp.Diff(running, p.Env(t)); diff != "" {
		t.Errorf("it prints something else once the server has stopped: %s", diff)
	}
}

func TestAddedUserSignsInWhileThePortalRuns(t *testing.T) {
	t.Parallel()
	p := testkit.Start(t)
	const phrase = "another long pass phrase"
	u := app.NewUser{Email: "New@Test.example", Name: "Nora", Role: "viewer"}
	if err := app.AddUser(t.Context(), p.Config, slog.New(slog.DiscardHandler), u, phrase); err != nil {
		t.Fatal(err)
	}
	if answer := p.SignIn(t, "new@test.example", phrase).Get(t, "/"); answer.Status != 200 {
		t.Errorf("the overview answers %d", answer.Status)
	}
	err := app.AddUser(t.Context(), p.Config, slog.New(slog.DiscardHandler), u, phrase)
	if err == nil || !strings.HasPrefix(err.Error(), "email: ") || strings.Contains(err.Error(), "\n") {
		t.Errorf("a second account with the e-mail: %v", err)
	}
	if count, err := app.VerifyHistory(t.Context(), p.Config, slog.New(slog.DiscardHandler)); err != nil || count < 3 {
		t.Errorf("verified %d events: %v", count, err)
	}
}
