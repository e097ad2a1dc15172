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
//	value.go     new values become nodes, and plain ones text
//	render.go    new values become text in the style around them
//	anew.go      a document whose text cannot be kept is written again
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
// document's data and reads the new text as Kubernetes would. If that means anything else, the
// document is written anew, without its layout and perhaps without its comments, and says so:
// whoever asked for a change gets it. A value merged from a shared mapping (<<) is such a case
// when it is to be removed; when it is to be changed, the change is written beside the merge.
package splice
