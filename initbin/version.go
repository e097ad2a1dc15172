package initbin

// Version is the release, set by the linker: -X …/initbin.Version=v1.2.3.
var Version = "devel"
