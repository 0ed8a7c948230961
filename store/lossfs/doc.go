// Package lossfs is a file system for crash tests: it forgets what was not
// synced, as an SD card does when the power goes.
//
// It promises to be no kinder than POSIX. The content and size of a file are
// durable after fsync of the file, its name only after fsync of the directory.
// [FS.Cut] ends everything at once and writes down what a machine would find
// after the power returns: nothing unsynced, or a random part of it, torn at
// 512-byte sectors. A capacity makes writes fail with ENOSPC, and counters
// tell what each durable commit costs. [Rounds] is how often such a test repeats.
//
// It is used by tests only. The file system runs in a process of its own,
// since a program that maps a file which it serves itself can stop its own
// garbage collector for good; a test binary that calls [Mount] therefore
// starts with [Serve]:
//
//	func TestMain(m *testing.M) {
//		if lossfs.Serve() {
//			return
//		}
//		m.Run()
//	}
//
// It never promises more than tests need: no links, no permissions, no times.
package lossfs
