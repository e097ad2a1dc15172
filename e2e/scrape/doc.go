// Package scrape reads the metrics of programs under test as Prometheus does.
package scrape
