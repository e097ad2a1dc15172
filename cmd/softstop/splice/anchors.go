package splice

import (
	"strconv"

	"go.yaml.in/yaml/v3"
)

// own returns the value that token names below parent, for changing: an alias or a
// merged value becomes a copy of parent's own first, and what others share with an
// anchored value they get copies of. nil means that there is none.
func (d *Document) own(parent *yaml.Node, token string) *yaml.Node {
	key, value := find(parent, token)
	if value == nil {
		return nil
	}
	if parent.Kind == yaml.AliasNode {
		return nil
	}
	if i := childAt(parent, key, value, token); i >= 0 {
		child := parent.Content[i]
		if child.Kind == yaml.AliasNode {
			parent.Content[i] = unaliased(child)
		}
		d.unshare(parent.Content[i])
		return parent.Content[i]
	}
	value = unaliased(value) // it was merged
	if set(parent, token, value) != nil {
		return nil
	}
	return value
}

// childAt returns which child of parent value is; -1 if it was merged.
func childAt(parent, key, value *yaml.Node, token string) int {
	if parent.Kind == yaml.SequenceNode {
		index, err := strconv.Atoi(token)
		if err != nil {
			return -1
		}
		return index
	}
	for i := 0; i+1 < len(parent.Content); i += 2 {
		if parent.Content[i] == key && parent.Content[i+1] == value {
			return i + 1
		}
	}
	return -1
}

// unshare gives every alias of node a copy of its own, before node is changed.
func (d *Document) unshare(node *yaml.Node) {
	for _, alias := range d.aliases[node] {
		*alias = *unaliased(alias)
	}
	delete(d.aliases, node)
}

// unaliased returns a copy of node in which nothing is shared and nothing has a place.
func unaliased(node *yaml.Node) *yaml.Node {
	for node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	c := &yaml.Node{Kind: node.Kind, Style: node.Style, Tag: node.Tag, Value: node.Value}
	for _, child := range node.Content {
		c.Content = append(c.Content, unaliased(child))
	}
	return c
}
