//go:build linux

// Package camera delivers pictures to look at: of V4L2 cameras, of cameras on
// the network (JPEG or MJPEG over HTTP), of programs that write raw frames, and
// of image files in a folder.
//
// It promises: only brightness, and only the newest picture, since one that is
// late shows who has left; memory is used again from picture to picture and
// bounded whatever a camera sends; a camera that sends nothing for a while
// is an error; a command's process ends with its camera; a secret is in no error
// and no address. It keeps, stores and sends no picture and knows no codes.
//
// DESIGN.md has the data flow, the failure table and the trade-offs.
package camera
