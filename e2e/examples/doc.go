// Package examples runs the manifests of the folder examples on a real node, as they are, and holds
// docs/recipes.md to them.
//
// The images that they name are not pulled: a registry may be out of reach, and its tags move. In
// their place stand images of the same name with Debian's build of the same server and the upstream
// image's own configuration (entrypoint, command, stop signal), all from the zoo's root folder.
// What they do when they are told to stop is the server's own code.
package examples
