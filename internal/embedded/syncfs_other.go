//go:build !linux

package embedded

import "syscall"

// syncFileSystem syncs all file systems; see syncfs_linux.go for why.
func syncFileSystem(string) error {
	syscall.Sync()
	return nil
}
