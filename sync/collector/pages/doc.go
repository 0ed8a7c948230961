// Package pages is what the province's offices see in a browser: lists, reports
// and files of what [checkpoint/sync/collector/view] answers, for accounts that
// [checkpoint/sync/collector/office] knows. It is HTTP and HTML alone: it asks no
// database and decides nothing about who may see what but which page needs which
// role. Every page works without a script, with the keyboard alone, in Vietnamese
// and English; what is on it is also a file.
package pages
