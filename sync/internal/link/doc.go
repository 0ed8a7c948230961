// Package link is one MQTT 3.1.1 connection with every convenience of the
// library switched off: it connects once, tells when the connection is lost,
// and is then thrown away. Box and collector both build their own retry on it.
//
// The library's automatic reconnect completes publish tokens that nobody
// acknowledged, and forgets or half-keeps subscriptions; so here a connection
// that was lost never comes back, and every new one subscribes again.
package link
