// Package e2e holds the end-to-end tests. They build the program without cgo, start it as its own process, and reach it as its users
// do: by its commands, by HTTP forms, by a browser with real clicks, and by the S3 clients that partners run.
//
// It refuses any back door: nothing of this module may be imported here, and no file of the data directory is written. Lint enforces
// the first.
//
// What a machine lacks is skipped, unless SEA_TEST_REQUIRE (a list of browser, clients, axe) names it, as CI does.
package e2e
