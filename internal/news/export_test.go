package news

import "time"

// Hasten makes a reader wait for seconds where it waits for minutes.
func (r *Reader) Hasten(hidden time.Duration) {
	r.poll, r.gather, r.longest, r.hidden, r.given = time.Second, time.Second, 200*time.Millisecond, hidden, 3
}
