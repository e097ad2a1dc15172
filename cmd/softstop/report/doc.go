// Package report writes findings: for people as text, for machines as JSON or YAML, for code
// review as SARIF 2.1.0, for CI servers as JUnit.
//
// It finds nothing itself.
//
// # Why own types for SARIF and JUnit
//
// Of SARIF's several hundred properties a report of findings needs fourteen, and JUnit
// has no schema that anybody keeps to. A test reads the SARIF with a library made from its
// schema.
package report
