package embedded

import "github.com/versity/versitygw/auth"

// Decided is one decision, made in the process and by versitygw's IAM service.
type Decided struct{ Here, There auth.PolicyEvaluation }

// Decide asks both.
func (s *Server) Decide(accessKeyID, action, resource string, condition map[string][]string) (d Decided, err error) {
	actions, resources := []auth.Action{auth.Action(action)}, []string{resource}
	if d.Here, err = s.identities.EvaluatePolicy(accessKeyID, "", actions, resources, condition); err != nil {
		return d, err
	}
	d.There, err = s.identities.IAMServiceStandalone.EvaluatePolicy(accessKeyID, "", actions, resources, condition)
	return d, err
}

// SigningKeys derives the key of a day, in the process and by the service.
func (s *Server) SigningKeys(accessKeyID, date string) (here, there []byte, err error) {
	if here, _, err = s.identities.DeriveSigningKey(accessKeyID, "", date, "eu-central-1", "s3"); err != nil {
		return nil, nil, err
	}
	there, _, err = s.identities.IAMServiceStandalone.DeriveSigningKey(accessKeyID, "", date, "eu-central-1", "s3")
	return here, there, err
}
