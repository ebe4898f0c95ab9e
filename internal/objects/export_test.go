package objects

// LimitCopies makes a client copy in parts what is larger than a few bytes of
// S3's smallest part, so that a test needs no 5 GiB.
func (c *Client) LimitCopies(largest, part int64) { c.largest, c.part = largest, part }

// LimitPages makes a client list so many keys at a time.
func (c *Client) LimitPages(keys int32) { c.page = &keys }
