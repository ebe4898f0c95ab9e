package provision

// What a lifecycle configuration means for the files in SEA.
var (
	Marked = marked
	Early  = early
)
