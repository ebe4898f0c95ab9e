package embedded

import (
	"crypto/hmac"
	"crypto/sha256"
	"strings"
	"sync"
)

// maxSigning bounds how many signing keys are kept: what they are for is what
// requests say before their signature is checked.
const maxSigning = 4096

// signingKeys keeps the keys that secrets sign a day's requests with, which
// depend on nothing else.
type signingKeys struct {
	mu   sync.RWMutex
	kept map[signingOf][]byte
}

type signingOf struct{ secret, date, region, service string }

// key derives the key: AWS Signature Version 4, "derive a signing key".
func (s *signingKeys) key(of signingOf) []byte {
	s.mu.RLock()
	key, found := s.kept[of]
	s.mu.RUnlock()
	if found {
		return key
	}
	key = []byte("AWS4" + of.secret)
	for _, part := range []string{of.date, of.region, of.service, "aws4_request"} {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(part))
		key = mac.Sum(nil)
	}
	of.date, of.region, of.service = strings.Clone(of.date), strings.Clone(of.region), strings.Clone(of.service)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept == nil || len(s.kept) >= maxSigning {
		s.kept = map[signingOf][]byte{}
	}
	s.kept[of] = key
	return key
}

func (s *signingKeys) drop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.kept)
}
