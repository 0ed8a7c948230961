// Package page is the guard's page: one HTML page for one lane or for all lanes
// of a box side by side, and the bare one for a display that the public sees.
// Every word of a person is rendered here, on the box, from the lane's last
// view; the browser only puts pieces in their place.
//
// It never decides: a button is an answer that goes through the lane like any
// other and is recorded first. It keeps no personal data but a lane's last
// view, which loses them after 30 s.
package page
