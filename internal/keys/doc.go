// Package keys owns the keys that files in SEA rest under. Each business unit
// has a system-generated one, and an administrator may set a custom one. It
// speaks to AWS KMS by API, which Local answers where the portal keeps the
// files itself; which of the two it is, nobody above internal/app knows.
package keys
