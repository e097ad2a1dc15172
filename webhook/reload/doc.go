// Package reload keeps the configuration of a running webhook up to date.
//
// A Store reads the configuration file, and the files that it names, at the start and
// then whenever their content changes. What is new takes effect with the next review:
// the handler asks for the settings once for each. A file that is refused changes
// nothing: the last good configuration stays, a log line says what is wrong, and a gauge
// that it is so.
//
// It does not know what is in the file (package config) nor what is done with it.
//
// # Why polling
//
// A mounted ConfigMap is switched by renaming a symbolic link above the file, a Secret
// beside it likewise, and the kubelet takes up to a minute for it anyway. Reading a few
// kilobytes every other second notices each way in which a file can change, on each file
// system; watching has a case for each.
//
// # Why a start without a good configuration fails
//
// There is no last good one to keep, and a webhook with built-in values would quietly
// do what nobody asked for. The process ends with all mistakes in its log; a rollout of
// the chart stops there, and the old replicas go on.
package reload
