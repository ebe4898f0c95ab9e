// Package embedded owns the S3 and IAM server that runs inside the process
// (versitygw), behind Start and Stop: files on disk, users and keys in the
// portal's database. It makes that server keep the promises that Amazon S3
// makes: what was acknowledged survives a power cut, conditional copies and
// deletions have one winner, a revoked key is refused at once.
//
// From the outside in, a request passes these layers:
//
//	S3 API (versitygw)    signatures, policies, XML
//	listed                listings carry every key, URL-encoded if asked for
//	guarded               one writer a key; If-Match and If-None-Match
//	watched               tells the portal of each write, deletion and fetch
//	remembered            what buckets say about access, without a look at the disk
//	encrypted             objects of the buckets that rest encrypted
//	durable               nothing is answered before it is on stable storage
//	posix (versitygw)     objects are files, metadata is extended attributes
//
// It knows nothing of the portal. It refuses to run twice in one process, for
// versitygw keeps its state in package variables and changes the working
// directory, and two processes on one data directory (LockDataDir).
//
// What an object's stored checksum is: an upload that names an algorithm keeps
// that one, any other upload gets CRC64NVME, both over the full object. So does
// a multipart upload that names no algorithm, or one with ChecksumType
// FULL_OBJECT. Only a multipart upload with a COMPOSITE checksum has none over
// its full bytes; HEAD then says ChecksumType COMPOSITE. A copy always gets a
// full checksum, of its source's algorithm unless the request names another.
package embedded
