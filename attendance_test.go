package checkpoint_test

import (
	"testing"
	"testing/synctest"
	"time"

	"checkpoint"
)

func (b *bench) see(payload string) {
	b.lane.Scan(checkpoint.Scan{Reader: "r1", Payload: []byte(payload), At: time.Now(), Camera: true})
}

// A camera has two cards in view, and in each picture it sees both.
func TestSeveralCodesInViewAreEachTakenOnce(t *testing.T) {
	b := &bench{relay: true}
	onLane(t, b, true, func(t *testing.T) {
		for range 100 { // for 20 s
			b.see("admit/an")
			b.see("admit/binh")
			time.Sleep(200 * time.Millisecond)
		}
		if n := b.recorded(); n != 2 {
			t.Fatalf("%d records of two cards in view", n)
		}
		b.scan("admit/an") // the same card before the lane's scanner
		if n := b.recorded(); n != 2 {
			t.Fatal("a card in view is another scan of the scanner beside the camera")
		}
		time.Sleep(5 * time.Second)
		b.see("admit/an")
		time.Sleep(time.Second)
		if n := b.recorded(); n != 3 {
			t.Fatalf("%d records: a card that comes back after 5 s is a new scan", n)
		}
	})
}

func TestABlindCameraIsSaidAndSeesAgain(t *testing.T) {
	b := &bench{relay: true}
	onLane(t, b, true, func(t *testing.T) {
		b.lane.Sight("r1", checkpoint.SightDark)
		b.want(t, "lamp fault")
		if v := b.now(); v.Notice != checkpoint.CameraBlind || v.Readers[0].Sight != checkpoint.SightDark {
			t.Fatalf("notice %q, readers %v", v.Notice, v.Readers)
		}
		b.lane.Sight("r1", checkpoint.SightClear)
		b.want(t, "lamp idle")
		b.lane.Sight("r1", checkpoint.SightCovered)
		b.want(t, "lamp fault")
		b.lane.Reader("r1", false)
		b.lane.Reader("r1", true) // it sees again until it says otherwise
		b.want(t, "lamp fault", "lamp idle")
		if v := b.now(); v.Notice != "" {
			t.Fatalf("notice %q", v.Notice)
		}
	})
}

// A lane with a scanner besides is ready; the guard is told of the camera.
func TestABlindCameraBesideAScannerIsOnlySaid(t *testing.T) {
	b := &bench{relay: true}
	onLane(t, b, true, func(t *testing.T) {
		b.lane.Reader("camera", true)
		b.lane.Sight("camera", checkpoint.SightGlare)
		b.want(t, "lamp idle", "lamp idle")
		if v := b.now(); v.Notice != checkpoint.CameraBlind {
			t.Fatalf("notice %q", v.Notice)
		}
	})
}

// recorded counts the records so far.
func (b *bench) recorded() int {
	synctest.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.records)
}

// poster reads, for the bench, as a code that is nobody's.
const poster = "poster/of a shop"

// A poster behind the people is announced while nobody is there, and then
// disturbs no one: neither a green, nor an open decision.
func TestAPosterInViewDisturbsNobody(t *testing.T) {
	b := &bench{relay: true}
	onLane(t, b, true, func(t *testing.T) {
		look := func(long time.Duration, codes ...string) {
			for range int(long / (200 * time.Millisecond)) {
				for _, c := range codes {
					b.see(c)
				}
				time.Sleep(200 * time.Millisecond)
			}
		}
		look(6*time.Second, poster)
		b.want(t, "lamp not read", "append decision not read", "lamp idle")
		look(4*time.Second, "admit/an", poster)
		b.want(t, "lamp admit", "append decision admit", "open", "lamp idle")
		look(20*time.Second, "refer/binh+") // who stands before the poster
		look(10*time.Second, "refer/binh+", poster)
		b.want(t, "lamp refer", "append decision refer")
		if v := b.now(); v.Refused != 0 || v.Notice != "" {
			t.Errorf("refused %d, notice %q", v.Refused, v.Notice)
		}
	})
}

// What is nobody's comes into view beside a person's green: it is announced
// once that is over, if it is still there.
func TestAForeignCodeWaitsForTheGreenBeforeIt(t *testing.T) {
	b := &bench{relay: true}
	onLane(t, b, true, func(t *testing.T) {
		b.see("admit/an")
		b.want(t, "lamp admit", "append decision admit", "open")
		b.see(poster)
		b.want(t)
		time.Sleep(4 * time.Second)
		b.see(poster)
		b.want(t, "lamp idle", "lamp not read", "append decision not read")
		time.Sleep(40 * time.Second)
		b.see(poster) // of another person, much later
		b.want(t, "lamp idle", "lamp not read", "append decision not read")
	})
}

// A scanner that repeats the card before it is not confused by a poster that the
// lane's camera sees meanwhile.
func TestAPosterDoesNotPartTheSightsOfACard(t *testing.T) {
	b := &bench{relay: true}
	onLane(t, b, true, func(t *testing.T) {
		for range 5 {
			b.see(poster)
			b.scan("admit/an")
			time.Sleep(time.Second)
		}
		if n := b.recorded(); n != 2 {
			t.Errorf("%d records of a poster and a card", n)
		}
	})
}
