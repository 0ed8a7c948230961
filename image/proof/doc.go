// Package proof reads the whole of a slot and tells whether it is still what was
// built: kernel and initial RAM disk by the checksums that the loader goes by, the
// system by the root hash in that RAM disk, and dm-verity's tree besides.
//
// It reads the partition itself: dm-verity would restart the machine at the first
// bad block, and knows nothing of the slot that does not run.
package proof
