// Package view answers what the province's offices ask of the database: lists of
// people by commune, daily counts, routes, contacts, sites and the fleet. Every
// answer is a [Table] as well, so that a page, a file and a command show the same.
package view
