package quiet

import (
	"strconv"

	"github.com/softstop/softstop/initbin/handover"
)

func itoa(n int) string { return strconv.Itoa(n) }

// detail is what the report says of the connections, as fields of JSON. All of it is plain ASCII
// without quotes. It is kept within handover.MaxDetail.
func (j *judge) detail(how string) string {
	text := `"connections":` + itoa(j.count) + `,"how":"` + how + `"`
	if len(j.talking) == 0 {
		return text
	}
	more := j.more
	list := ""
	for _, t := range j.talking {
		const room = 60 // for the rest of the line
		if len(text)+len(list)+len(t)+room > handover.MaxDetail {
			more++
			continue
		}
		if list != "" {
			list += ","
		}
		list += `"` + t + `"`
	}
	text += `,"talking":[` + list + `]`
	if more > 0 {
		text += `,"more":` + itoa(more)
	}
	return text
}

// why is what it says where nothing can be observed.
func why(reason string) string { return `"why":"` + reason + `"` }
