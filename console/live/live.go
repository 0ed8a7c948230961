// Package live is what a technician changes on a running box: whether its
// buzzer sounds, in which language its page begins, how bright its screen is. No
// key of the configuration says any of that, so that neither ever overrules the
// other. It is kept over restarts and holds no personal data.
package live

import (
	"encoding/json"
	"errors"
	"fmt"
	"sync"
)

// Store keeps the settings; Load gives nil where there are none yet.
type Store interface {
	Load() ([]byte, error)
	Save([]byte) error
}

// Settings are what holds now. The zero value is a box that nobody changed.
type Settings struct {
	Quiet      bool `json:"quiet,omitempty"`      // the buzzer sounds for faults and emergencies alone
	English    bool `json:"english,omitempty"`    // the page begins in English
	Brightness int  `json:"brightness,omitempty"` // of the screen in percent, Dimmest to 100; 0: as the board has it
}

// Dimmest is the least brightness in percent that can be chosen: a guard must be
// able to read the screen, and to choose another.
const Dimmest = 25

// ErrBrightness tells that a screen cannot be as dark, or as bright, as that.
var ErrBrightness = errors.New("the screen's brightness is 25 to 100 percent")

// ErrNotKept tells that settings hold, and will not after the next start.
var ErrNotKept = errors.New("settings are not kept")

// Valid tells what is wrong with settings, if anything.
func (s Settings) Valid() error {
	if s.Brightness != 0 && (s.Brightness < Dimmest || s.Brightness > 100) {
		return ErrBrightness
	}
	return nil
}

// Text is the settings as they are recorded: "name: value", a line each.
func (s Settings) Text() string {
	sound, language := "on", "vi"
	if s.Quiet {
		sound = "off"
	}
	if s.English {
		language = "en"
	}
	text := "sound: " + sound + "\nlanguage: " + language
	if s.Brightness != 0 {
		text += fmt.Sprintf("\nbrightness: %d", s.Brightness)
	}
	return text
}

// Keeper holds the settings. Its methods may be called from any goroutine.
type Keeper struct {
	store Store

	mu  sync.Mutex
	now Settings
}

// Open reads the settings. After an error they are those of a box that nobody
// changed, and the next change is kept again.
func Open(s Store) (*Keeper, error) {
	k := &Keeper{store: s}
	text, err := s.Load()
	if err != nil || text == nil {
		return k, err
	}
	var kept Settings
	if err = json.Unmarshal(text, &kept); err == nil {
		err = kept.Valid()
	}
	if err != nil {
		return k, fmt.Errorf("settings begin anew: %w", err)
	}
	k.now = kept
	return k, nil
}

// Now is what holds.
func (k *Keeper) Now() Settings {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.now
}

// Set makes settings hold. The error is [ErrBrightness], or [ErrNotKept] of a
// store that fails.
func (k *Keeper) Set(s Settings) error {
	if err := s.Valid(); err != nil {
		return err
	}
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.now = s
	if err := k.store.Save(text); err != nil {
		return fmt.Errorf("%w: %w", ErrNotKept, err)
	}
	return nil
}
