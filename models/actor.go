// Package models owns the shapes of what the database keeps: explicit ids, UTC
// times, states as named types. It does no I/O and has no hooks; a row is
// written by what internal/store is told and by nothing else.
package models

// ActorKind sorts who may do something.
type ActorKind string

// The kinds of actors.
const (
	ActorUser    ActorKind = "user"    // a person who is signed in
	ActorSystem  ActorKind = "system"  // the portal itself: a job, a start
	ActorPartner ActorKind = "partner" // the holder of a credential set or link
	ActorCLI     ActorKind = "cli"     // an operator at the command line
)

// Actor is who did something, as the history records it. Address is the IP
// address that the request came from, empty where there was none.
type Actor struct {
	Kind    ActorKind
	ID      int64
	Name    string
	Address string
}

// System is the portal acting by itself.
var System = Actor{Kind: ActorSystem, Name: "Secure External Access"}

// CLI is an operator at the command line.
var CLI = Actor{Kind: ActorCLI, Name: "command line"}
