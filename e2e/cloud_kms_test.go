package e2e

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// cloudARN is the key of MinIO as an ARN: MinIO takes what stands behind `arn:aws:kms:` for the key's name.
const cloudARN = "arn:aws:kms:" + cloudKey

// keyService answers the calls of KMS as Amazon documents them, for one key. It is no KMS: no real one can be reached here.
type keyService struct {
	mu    sync.Mutex
	asked []string
	tags  string
}

// ServeHTTP answers one call of the JSON 1.1 protocol.
func (k *keyService) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var in struct {
		KeyID string `json:"KeyId"`
		Tags  json.RawMessage
	}
	_, action, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	err := json.NewDecoder(r.Body).Decode(&in)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.asked = append(k.asked, action)
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	key := map[string]any{"KeyId": cloudKey, "Arn": cloudARN, "Enabled": true, "KeyState": "Enabled", "Origin": "AWS_KMS"}
	out := map[string]any{"KeyId": cloudARN, "Plaintext": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "CiphertextBlob": "d3JhcHBlZA=="}
	switch {
	case err != nil || action != "CreateKey" && action != "Decrypt" && in.KeyID != cloudARN:
		w.WriteHeader(http.StatusBadRequest)
		out = map[string]any{"__type": "NotFoundException", "message": "Key '" + in.KeyID + "' does not exist"}
	case action == "CreateKey":
		k.tags = string(in.Tags)
		out = map[string]any{"KeyMetadata": key}
	case action == "DescribeKey":
		out = map[string]any{"KeyMetadata": key}
	}
	_ = json.NewEncoder(w).Encode(out) //nolint:errchkjson // a client that is gone asks again
}

func (k *keyService) heard() (asked, tags string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return strings.Join(k.asked, " "), k.tags
}

// TestCloudKMS has a key made for a unit by a KMS that only answers as one, and places files under it on MinIO, by TLS with an authority that the
// portal is told of as every SDK is. It needs SEA_TEST_MINIO and SEA_TEST_BARE.
func TestCloudKMS(t *testing.T) {
	t.Parallel()
	there := minioServer(t, newAuthority(t))
	kms := &keyService{}
	answers := httptest.NewServer(kms)
	t.Cleanup(answers.Close)
	in := install(t)
	in.flags = there.cloudFlags("--kms-endpoint", answers.URL)
	in.start(append(there.cloudEnv(), "AWS_CA_BUNDLE="+there.root.signer.file)...)
	admin := in.signedIn(adminEmail, "administrator")
	admin.createUnit("Atlas", storyUnit)
	if asked, tags := kms.heard(); !strings.Contains(asked, "CreateKey") || !strings.Contains(tags, `"sea-business-unit"`) {
		t.Errorf("KMS was asked %s, with the tags %s", asked, tags)
	}
	there.root.put(t, storyUnit+"/a.wav", "one", map[string]string{"media-type": copied})
	admin.post(unitPath(storyUnit, "rules"), ruleForm("Recordings", copied, "copy")).want(http.StatusSeeOther)
	admin.waitPlaced(storyUnit, 1)
	head, err := there.root.sdk().HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: aws.String(cloudSEA), Key: aws.String(storyUnit + "/a.wav")})
	if err != nil || aws.ToString(head.SSEKMSKeyId) != cloudARN {
		t.Errorf("the file rests under %+v, %v", head, err)
	}
	refuses, err := there.root.sdk().GetBucketPolicy(t.Context(), &s3.GetBucketPolicyInput{Bucket: aws.String(cloudSEA)})
	if err != nil || !strings.Contains(aws.ToString(refuses.Policy), "aws:SecureTransport") {
		t.Errorf("the bucket's policy is %+v, %v", refuses, err)
	}
	settings := unitPath(storyUnit, "settings", "encryption")
	page := admin.get(settings).want(http.StatusOK)
	if got := page.text(); !strings.Contains(got, cloudARN) || !strings.Contains(got, "Enabled") {
		t.Errorf("the page says %s", got)
	}
	version, _ := page.Doc.Find(`input[name="lock_version"]`).Attr("value")
	refused := admin.post(settings, url.Values{"use": {"arn"}, "arn": {"arn:aws:kms:us-east-1:1:key/none"}, "lock_version": {version}})
	if refused.want(http.StatusUnprocessableEntity); !strings.Contains(refused.text(), "KMS knows no such key") {
		t.Errorf("an unknown key: %s", refused.text())
	}
	in.stop()
}
