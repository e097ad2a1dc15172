// Package splice changes values in the text of a YAML or JSON document and leaves every
// other byte as it was: comments, blank lines, the order of keys, quotes, anchors, line
// ends.
//
//	document.go  text becomes nodes that know their place
//	apply.go     patch operations change the nodes
//	manner.go     a new value is written as the one that it replaces
//	anchors.go   what is shared by an alias is not shared any more once it is changed
//	extent.go    where in the text a node begins and ends
//	edits.go     what was changed becomes edits of the text
//	render.go    new values become text in the style around them
//
// It knows YAML, not Kubernetes: paths and values come from its callers.
//
// # Why not encode the nodes again
//
// An encoder has one style. It moves comments, drops blank lines and quotes anew, so a
// review of what softstop adds drowns in what the encoder changed. Here the nodes only
// say where things are; the text between the changes is copied.
//
// # Why every result is read again
//
// YAML has more layouts than any table of them. Text applies the same operations to the
// document's data, reads the new text as Kubernetes would, and returns an error rather
// than a text that means anything else.
package splice
