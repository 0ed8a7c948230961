// Package link is one MQTT 3.1.1 connection with every convenience of the
// library switched off: it connects once, tells when the connection is lost,
// and is then thrown away. Box and collector both build their own retry on it.
//
// The library's automatic reconnect completes publish tokens that nobody
// acknowledged, and forgets or half-keeps subscriptions; so here a connection
// that was lost never comes back, and every new one subscribes again.
//
// Messages are handled in order and one at a time, in a goroutine that the
// library does not wait for: what handling does can hold up neither pings nor
// acknowledgements.
package link
