package e2e

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestCloudPages looks at the pages that the aws mode makes differ: where keys are KMS's own, a server lacks something, and nobody tells of GETs. It
// needs SEA_TEST_MINIO and SEA_TEST_BARE.
func TestCloudPages(t *testing.T) {
	t.Parallel()
	chromium(t)
	there := minioServer(t, newAuthority(t))
	answers := httptest.NewServer(&keyService{})
	t.Cleanup(answers.Close)
	in := install(t)
	in.flags = there.cloudFlags("--kms-endpoint", answers.URL)
	in.start(append(there.cloudEnv(), "AWS_CA_BUNDLE="+there.root.signer.file)...)
	admin := in.signedIn(adminEmail, "administrator")
	admin.createUnit("Atlas", storyUnit)
	there.root.put(t, storyUnit+"/a.wav", "one", map[string]string{"media-type": copied})
	admin.post(unitPath(storyUnit, "rules"), ruleForm("Recordings", copied, "copy")).want(http.StatusSeeOther)
	admin.waitPlaced(storyUnit, 1)
	file := admin.keys(storyUnit, "placed")["a.wav"]

	v := newViewer(t, openBrowser(t, in.URL()))
	v.open("/sign-in")
	v.signIn(adminEmail, password)
	v.visit("cloud-system", "/system")
	v.visit("cloud-rights-ask", "/system/rights")
	v.click(`form[action="/system/rights"] button`, `section[aria-label="Calls"]`)
	v.look("cloud-rights")
	v.visit("cloud-encryption", unitPath(storyUnit, "settings", "encryption"))
	v.visit("cloud-file", unitPath(storyUnit, "files", file.ID))
	v.visit("cloud-credentials", unitPath(storyUnit, "credentials"))
	in.stop()
}

// TestCloudNewsPages looks at the pages that tell of a queue: while it answers, and while it does not. It needs SEA_TEST_SQS and SEA_TEST_BARE.
func TestCloudNewsPages(t *testing.T) {
	t.Parallel()
	chromium(t)
	there, queue := otherServer(t), newPost(t)
	in := install(t)
	in.flags = there.cloudFlags("--events-queue", queue.url)
	in.start(there.cloudEnv()...)
	admin := in.signedIn(adminEmail, "administrator")
	v := newViewer(t, openBrowser(t, in.URL()))
	v.open("/sign-in")
	v.signIn(adminEmail, password)
	v.visit("cloud-news", "/system")
	v.visit("cloud-news-ask", "/system/rights")
	v.click(`form[action="/system/rights"] button`, `section[aria-label="Calls"]`)
	v.look("cloud-news-rights")
	queue.set(true, nil)
	eventually(t, newsWithin, "the System page says that the queue is away", func() (bool, string) {
		page := admin.get("/system").want(http.StatusOK).text()
		return strings.Contains(page, "not since"), page
	})
	v.visit("cloud-news-away", "/system")
	in.stop()
}
