// Package rule owns what a life cycle rule means: its vocabulary, its
// criteria, which files it matches, when they are due, which of several rules
// gets a file, and the English sentence that says all of it.
//
// It is pure. It reads no clock (today is an argument), touches no database
// and no network, and refuses to know how rules, files or claims are kept.
//
// How values compare, by field:
//
//	skill, team          without regard to case (Unicode simple folding)
//	agent, dnis,
//	disposition,
//	contact-id           exactly
//	name                 exactly; the last segment of the key, but a pattern
//	                     that holds a slash is held against the whole key
//	                     below the unit's prefix
//	size                 in bytes; 10 MB is 10^7, 10 MiB is 10 x 2^20
//	stored               as instants in UTC; a date means the whole day
//	attr:NAME            exactly; at-least and at-most compare as numbers,
//	                     and a text that is no number meets neither
//
// An attribute that a file does not have, or has with an empty text, is
// missing: it is none of any values, and meets no other operator but missing.
package rule
