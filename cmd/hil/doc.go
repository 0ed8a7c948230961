// Package hil tests the box on real kernel devices, in a guest of package lab.
package hil
