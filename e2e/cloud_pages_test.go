package e2e

import (
	"net/http"
	"net/http/httptest"
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
