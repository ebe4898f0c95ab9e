package views_test

import "seaportal/views"

const keyARN = "arn:aws:kms:eu-central-1:000000000000:key/5b9e9a4e-6f1c-4d6a-9a51-0d0e8a3f7c11"

func encryptionSamples() []sample {
	return []sample{
		{"encryption", views.Encryption(page(home+"/settings/encryption"), views.EncryptionProps{
			Unit: unit, Kept: true, Form: views.EncryptionForm{Use: "system", LockVersion: "1"},
			Current: views.EncryptionKey{ARN: keyARN, Origin: "System-generated key", State: "enabled", Files: 12_345, Bytes: 9 << 30},
		})},
		{"encryption-many", views.Encryption(page(home+"/settings/encryption"), views.EncryptionProps{
			Unit: unit, Kept: true, Plain: 1, Form: views.EncryptionForm{
				Use: "arn", ARN: absurd, LockVersion: "1", Theirs: true, Errors: map[string]string{"arn": "KMS knows no such key in this region. Check the account, the region and the id."},
			},
			Current: views.EncryptionKey{ARN: keyARN, Origin: "Custom key, brought here", State: "disabled", Files: 1, Bytes: 1},
			Others: []views.EncryptionKey{
				{ARN: absurd, Origin: "Custom key", State: "missing", Files: 10_000_000, Bytes: 1 << 60},
				{ARN: keyARN + "2", Origin: "System-generated key", State: "enabled"},
				{ARN: keyARN + "3", Origin: "Custom key", State: "unavailable", Files: 2},
			},
		})},
		{"encryption-viewer", views.Encryption(viewer(home+"/settings/encryption"), views.EncryptionProps{
			Unit: unit, Form: views.EncryptionForm{
				Use: "arn", ARN: "arn:aws:kms:eu-central-1:444455556666:key/1234abcd", LockVersion: "1", Missing: "{\n  \"Version\": \"2012-10-17\"\n}",
				Errors: map[string]string{"arn": "The portal may not encrypt with this key (AccessDeniedException): it needs kms:GenerateDataKey."},
			},
			Current: views.EncryptionKey{ARN: keyARN, Origin: "System-generated key", State: "enabled"},
		})},
		{"encryption-none", views.Encryption(page(home+"/settings/encryption"), views.EncryptionProps{Unit: unit, None: true})},
		{"encryption-disable", views.KeyDisable(page(home+"/settings/encryption/disable"), views.KeyDisableProps{
			Unit: unit, Current: true, Confirm: absurd, Errors: map[string]string{"confirm": "Type emea-contact-centre to confirm."},
			Key: views.EncryptionKey{ARN: keyARN, State: "enabled", Files: 1},
		})},
	}
}
