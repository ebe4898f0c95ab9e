package receipt

import (
	"time"

	"seaportal/models"
)

// Fetch is one GET of an object that the S3 server answered, told when it was
// over.
type Fetch struct {
	Bucket, Key string
	Size        int64 // bytes of the whole object
	From        int64 // the first byte that was sent, from 0
	Sent        int64 // how many bytes were handed to the network
	AccessKeyID string
	Address     string
	// Counterfoil marks a presigned URL of the portal's; empty for S3 clients.
	Counterfoil  string
	Begun, Ended time.Time
}

// client is who fetches what: requests that agree in it are of one receipt.
type client struct {
	bucket, key          string
	accessKeyID, address string
	counterfoil          string
}

// entry is a receipt in memory. Client, size and begun never change; written and
// what follows are the writer's alone.
type entry struct {
	client
	size  int64
	begun time.Time

	last    time.Time
	now     tally
	covered spans
	pending bool // it stands in the list of those to write

	written tally
	row     models.Download // known from the first write on
	fileKey string          // of the file, below the unit's active prefix
	unknown bool            // no file of a unit: there is nothing to write
}

// tally is how much was fetched.
type tally struct {
	requests, bytes int64
	complete        bool
}

// Observe takes a fetch and returns at once: it is called while a GET ends. When
// there is no room for another receipt the fetch is dropped, and the next write
// says so in the log.
func (s *Service) Observe(f Fetch) {
	who := client{f.Bucket, f.Key, f.AccessKeyID, f.Address, f.Counterfoil}
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.open[who]
	if e != nil && (f.Begun.Sub(e.last) > quiet || f.Begun.Sub(e.begun) > longest || e.size != f.Size) {
		e = nil // what is pending of it is written all the same
	}
	if e == nil {
		if len(s.open) >= s.limit {
			s.dropped++
			return
		}
		e = &entry{client: who, size: f.Size, begun: f.Begun}
		s.open[who] = e
	}
	e.now.requests++
	e.now.bytes += f.Sent
	e.covered = e.covered.add(f.From, f.From+f.Sent)
	e.now.complete = e.size == 0 || e.covered.whole(e.size)
	if f.Ended.After(e.last) {
		e.last = f.Ended
	}
	if !e.pending {
		e.pending = true
		s.pending = append(s.pending, e)
	}
}

// forget drops what no request can add to any more, and where room is short also
// what is complete. It looks once a minute, or when room is short. Call it with
// the lock held.
func (s *Service) forget(now time.Time) {
	short := len(s.open) > s.limit/2
	if !short && now.Sub(s.forgot) < time.Minute {
		return
	}
	s.forgot = now
	for who, e := range s.open {
		old := now.Sub(e.last) > quiet || now.Sub(e.begun) > longest
		if !e.pending && (old || short && e.now.complete) {
			delete(s.open, who)
		}
	}
}
