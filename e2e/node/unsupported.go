package node

import "errors"

// ErrMachine says that this machine cannot run the node; its text is for people.
var ErrMachine = errors.New(`the real node needs Linux, root and Debian's packages (apt-get), for namespaces, cgroups and a container runtime.
To try softstop on a cluster you have: helm install softstop charts/softstop --namespace softstop-system --create-namespace`)
