package readertest

import (
	"math/rand/v2"

	"checkpoint"
	"checkpoint/scanner"
)

// Bench is one scanner that can be plugged in, pulled out and made to send. A
// new one is plugged in.
type Bench interface {
	// Reader reads the scanner under its stable name. It tells sink.
	Reader(sink checkpoint.Sink) *scanner.Reader
	// Unplug takes the scanner away, at once and whatever it was doing.
	Unplug() error
	// Plug connects it again; the kernel gives it another name than before.
	Plug() error
	// Send sends one whole code with its end.
	Send(code string) error
	// Half sends the beginning of a code, after which nothing comes.
	Half(code string) error
	// Drip sends a whole code as slowly as a scanner of this kind ever does.
	Drip(code string) error
	// Garbage sends what is no code: noise, and then an end.
	Garbage(random *rand.Rand) error
	// PauseEnds tells whether a pause ends a code, so that half of one comes
	// out as a code of its own. Otherwise it is unreadable.
	PauseEnds() bool
	// Close takes everything down.
	Close() error
}

// Sees is a [Bench] whose scanner is a camera: of half a code in a picture nothing
// comes out, since the other half may be about to come into view.
type Sees interface {
	Bench
	Sees()
}

// T is what the cases need of *testing.T; the lab has its own.
type T interface {
	Helper()
	Fatalf(format string, args ...any)
	Logf(format string, args ...any)
	Cleanup(func())
}

// Case is one test. New gives it a bench; one case may ask for several, which
// are then plugged in at the same time.
type Case struct {
	Name string
	Run  func(t T, benches func() Bench)
}

// Card is an invented person's card with every kind of Vietnamese letter.
const Card = "001090000011|012345678|Nguyễn Thị Thuỷ Đường|15081990|Nữ|Số 7, Ngõ 12, Phúc Xá, Ba Đình, Hà Nội|10052021"
