// Package debian prepares a Debian root folder with the real servers, launchers and
// inits that the zoo and the init benchmark try, in the user's cache, once.
//
// It does not run anything in that folder afterwards and installs nothing on the
// host but the bootstrap tool itself.
//
// # Why a root folder and not images
//
// The comparison must run on a bare machine that reaches Debian's packages and no
// image registry. One folder holds all subjects, so every init meets the very same
// binaries.
//
// # Why the whole build has namespaces of its own
//
// A bootstrap mounts /proc, /sys and /dev into the folder it fills. In a mount and
// PID namespace of its own an interrupted build leaves no mount and no process
// behind, and removing what it left can never reach through a mount into the host.
package debian
