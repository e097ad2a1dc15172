//go:build linux

// Command release builds everything that a release consists of, on a bare machine, into one folder.
// Run it with make release.
//
//	softstop-webhook, softstop-init,
//	softstop-node                     linux, amd64 and arm64
//	softstop                          linux, darwin and windows, amd64 and arm64
//	*.oci.tar                         an image of each for both architectures, as an OCI layout that crane, skopeo and oras push
//	softstop-VERSION.tgz              the chart, which names its images by their digests
//	*.cdx.json                        what each program is made of, with licences (CycloneDX)
//	softstop-SYSTEM-ARCH.tar.gz, .zip the people's tool with its licence, and the manifests of krew and Homebrew for them
//	SHA256SUMS                        of all of it
//
// The same source gives the same bytes, whoever builds it, wherever and when: nothing in them knows
// a path, a time, a user or a machine. So two runs have the same SHA256SUMS, and anybody can check
// a release with a run of their own and the same Go.
//
// What it has built, release push (make push) pushes: images and chart to config.ImageRegistry,
// where the chart looks for them. It logs in nowhere, signs nothing and makes no tag: that is the
// workflow's, which has the rights.
//
// # Why images of the programs, and not from the Dockerfile
//
// An image is one program (softstop-node's has the init, too), its user and its entry point: a few lines
// of data, the same for each architecture. Builders differ in how, and from which version on, they build for another
// architecture than their own. The Dockerfile is for who builds an image alone; a test holds the
// two to each other, to the byte of the program.
//
// # Why an SBOM from the programs themselves
//
// The linker writes into each program which modules went into it: a list made from anything else
// can differ from it.
package main
