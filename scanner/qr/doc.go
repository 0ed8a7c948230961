// Package qr finds QR codes in camera pictures and reads them: dirty, tilted,
// blurred, in glare and shadow, on cards and on telephones. It looks at
// brightness only. DESIGN.md says how.
package qr
