package inject

import (
	"github.com/softstop/softstop/initbin/program"
	"github.com/softstop/softstop/webhook/commandline"
)

// InitOf says whether command ends up with an init of its own as process 1: certainly with
// one that does softstop's work, or possibly with a system that does not work otherwise. given
// are the variables that its shells begin with; nil if none is known.
func InitOf(command []string, given commandline.Variables) Reason {
	inits, others := 0, 0
	for _, end := range commandline.Ends(command, given) {
		switch program.Of(end.Words[0]).Kind {
		case program.System:
			return ReasonMustBePID1
		case program.Onlooker:
		case program.Init:
			if end.Becomes {
				inits++
				continue
			}
			others++
		default:
			others++
		}
	}
	if inits > 0 && others == 0 {
		return ReasonHasInit
	}
	return ""
}
