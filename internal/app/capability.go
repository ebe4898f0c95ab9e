package app

import (
	"seaportal/handlers"
	"seaportal/internal/provision"
)

// embeddedCapabilities are what is known of the embedded server.
func embeddedCapabilities() []handlers.Capability {
	return []handlers.Capability{
		capability("Encryption with keys", true, "Every file in SEA rests under a key of its business unit, which the portal keeps.", ""),
		capability("Expiry by S3", false, "", "The portal deletes files after their 30 days: it has to run."),
		capability("Public access block", false, "", "The buckets are private because nobody is given a policy that opens them."),
		capability(notifications, true, "The storage tells the portal of each change at once.", ""),
	}
}

// cloudCapabilities tell what another server was found to be able to do, and
// what the portal does where it is not.
func cloudCapabilities(s provision.State) []handlers.Capability {
	return []handlers.Capability{
		capability("Encryption with keys", s.KMS,
			"S3 encrypts every file in SEA with the KMS key of its business unit.",
			"This server knows no KMS keys: files rest as it stores them. Encrypt its disks."),
		capability("Expiry by S3", s.Backstop,
			"S3 deletes files after 32 days even if the portal is not running.",
			"The portal deletes files after their 30 days: it has to run."),
		capability("Public access block", s.AccessBlock,
			"S3 itself refuses to make the SEA bucket public.",
			"The buckets are private because nobody is given a policy that opens them."),
		capability("Conditional copy", !s.Lacks.ConditionalCopy,
			"S3 itself refuses to copy onto a name that is taken.",
			"The portal looks before each copy whether the name is free."),
		capability("Conditional deletion", !s.Lacks.ConditionalDelete,
			"S3 itself refuses to delete a file that was changed meanwhile.",
			"The portal looks before it deletes the source of a move whether it is still the same."),
	}
}

func capability(name string, has bool, with, without string) handlers.Capability {
	if has {
		return handlers.Capability{Name: name, Has: true, Text: with}
	}
	return handlers.Capability{Name: name, Text: without}
}

// cloudChecks are the SEA bucket's settings as the start found or made them.
func cloudChecks(s provision.State) []handlers.Check {
	checks := make([]handlers.Check, len(s.Settings))
	for i, set := range s.Settings {
		checks[i] = handlers.Check{Name: set.Name, Value: set.Value, Well: set.Well, Fix: set.Fix}
	}
	return checks
}
