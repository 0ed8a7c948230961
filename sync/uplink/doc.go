// Package uplink brings a box's journal to the province over MQTT.
//
// It promises: a record counts as delivered only when a collector's signed
// mark says that the province's database holds it; an acknowledgement by the
// broker means nothing but room for the next batch. Nothing is sent while no
// collector is present, and after any break only what the collector lacks.
// Memory is bounded by four batches, however long the box was cut off.
//
// It never removes a record (the journal does, below the mark), never opens a
// body, and never delays a lane: it only reads what is already on disk.
//
// DESIGN.md has the data flow, the failure table and the trade-offs.
package uplink
