package wire

import (
	"fmt"
	"strings"
)

const (
	root       = "checkpoint/v1"
	collectors = "collectors"
	snapshot   = "snapshot"
	maxID      = 32
)

// Topics are the topics of one box. Make them with [NewTopics].
type Topics struct{ base string }

// NewTopics checks both ids and names the box's topics.
func NewTopics(province, box string) (Topics, error) {
	if err := CheckID(province); err != nil {
		return Topics{}, fmt.Errorf("province id: %w", err)
	}
	if err := CheckBox(box); err != nil {
		return Topics{}, fmt.Errorf("box id: %w", err)
	}
	return Topics{base: root + "/" + province + "/" + box}, nil
}

// State carries a retained [State] word; the last will is [Lost].
func (t Topics) State() string { return t.base + "/state" }

// Info carries the retained [Info].
func (t Topics) Info() string { return t.base + "/info" }

// Health carries the box's health message.
func (t Topics) Health() string { return t.base + "/health" }

// Records carries each [Batch], from box to collectors.
func (t Topics) Records() string { return t.base + "/records" }

// Mark carries the newest [Mark], retained, from collectors to the box.
func (t Topics) Mark() string { return t.base + "/mark" }

// Photos carries each [Piece] of a photo, from box to collectors.
func (t Topics) Photos() string { return t.base + "/photos" }

// PhotoMark carries each [PhotoMark], from collectors to the box.
func (t Topics) PhotoMark() string { return t.base + "/photo-mark" }

// Cmd carries the province's commands to the box.
func (t Topics) Cmd() string { return t.base + "/cmd" }

// Diagnosis carries what a box was ordered to tell of itself, sealed.
func (t Topics) Diagnosis() string { return t.base + "/diagnosis" }

// AllRecords is the filter for what every box sends.
func AllRecords(province string) string { return root + "/" + province + "/+/records" }

// SharedRecords is [AllRecords] as collectors subscribe to it: each message goes
// to one of them (shared subscription, MQTT 5.0 section 4.8.2; brokers give it
// to clients of 3.1.1 as well).
func SharedRecords(province string) string {
	return "$share/" + collectors + "/" + AllRecords(province)
}

// SharedPhotos is the filter for the photos of every box, as [SharedRecords].
func SharedPhotos(province string) string {
	return "$share/" + collectors + "/" + root + "/" + province + "/+/photos"
}

// AllCollectors is the filter a box subscribes to, to learn who is there.
func AllCollectors(province string) string { return root + "/" + province + "/" + collectors + "/+" }

// Collector is the topic of one collector's retained presence.
func Collector(province, id string) string {
	return root + "/" + province + "/" + collectors + "/" + id
}

// BoxOf returns the box that a topic of the province ending in leaf belongs to.
func BoxOf(topic, province, leaf string) (string, error) {
	rest, ok := strings.CutPrefix(topic, root+"/"+province+"/")
	box, ok2 := strings.CutSuffix(rest, "/"+leaf)
	if !ok || !ok2 {
		return "", fmt.Errorf("topic is not a %s topic of this province", leaf)
	}
	return box, CheckBox(box)
}

// CollectorOf returns the collector that a presence topic belongs to.
func CollectorOf(topic, province string) (string, error) {
	id, ok := strings.CutPrefix(topic, root+"/"+province+"/"+collectors+"/")
	if !ok {
		return "", fmt.Errorf("topic is not a collector of this province")
	}
	return id, CheckID(id)
}

// CheckID accepts 1 to 32 of a-z, 0-9 and "-": what is safe in a topic, a file
// name and a certificate alike.
func CheckID(id string) error {
	if id == "" || len(id) > maxID {
		return fmt.Errorf("id has %d characters, want 1 to %d", len(id), maxID)
	}
	for i := range len(id) {
		c := id[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return fmt.Errorf("id holds %q, want a-z, 0-9 and -", c)
		}
	}
	return nil
}

// CheckBox is [CheckID] less the names that stand beside boxes in the topics.
func CheckBox(id string) error {
	if id == collectors || id == snapshot {
		return fmt.Errorf("id %q is reserved", id)
	}
	return CheckID(id)
}
