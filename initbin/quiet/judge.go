package quiet

import (
	"time"

	"github.com/softstop/softstop/initbin"
	"github.com/softstop/softstop/initbin/sockets"
)

// rules are what is meant by quiet. Times are since the stop signal.
type rules struct {
	least, quiet time.Duration
	probes       []initbin.Probe
}

// connection is one to a port of the container.
type connection struct {
	peer           sockets.Endpoint
	port           uint16
	state          sockets.State
	sent, received time.Duration // how long ago data last went out and came in, or it was opened
	unsent, unread uint32        // bytes
	// mute says that data has come in, and none has ever gone out. A first request mostly comes within
	// the tick of the kernel's clock in which the connection is opened, so that the times are the same.
	mute bool
}

// ended is a connection that has ended.
type ended struct {
	peer [16]byte
	port uint16
	at   time.Duration // when data last went out or came in, or it was opened
}

// judge takes what is seen at one moment, connection by connection, so that it keeps none of them.
type judge struct {
	rules
	now     time.Duration
	count   int           // connections
	last    time.Duration // when something last happened; far in the past if nothing has
	pending bool          // something has to happen yet
	brief   bool          // an open connection may be a probe's, which shows when it has ended
	talking []string      // with whom, at most mostTalking
	more    int           // how many more
}

// longAgo is before everything that counts.
const longAgo = -24 * 365 * time.Hour

func newJudge(r rules, now time.Duration) *judge { return &judge{rules: r, now: now, last: longAgo} }

// add takes a connection.
func (j *judge) add(c connection) {
	if !c.open() {
		return
	}
	j.count++
	why := c.pending()
	if age := min(c.sent, c.received); why != "" {
		j.pending = true
	} else if age < j.quiet {
		why = "data a moment ago"
		j.happened(j.now - age)
		j.brief = j.brief || isProbed(c.port, j.probes)
	}
	if why != "" {
		j.talk(c.peer.String() + " on " + itoa(int(c.port)) + ": " + why)
	}
}

// open reports whether data may still go to the peer.
func (c *connection) open() bool {
	switch c.state { //nolint:exhaustive // all others are over, or have not begun
	case sockets.Established, sockets.CloseWait:
		return true
	case sockets.FinWait1, sockets.LastAck, sockets.Closing:
		return c.unsent > endMark // the process has closed it, and is not needed for the rest
	}
	return false
}

// endMark is what the end of a connection counts in what is unsent or unread, in bytes.
const endMark = 1

// pending says what has to happen yet on the connection, "" if nothing has.
func (c *connection) pending() string {
	unread := c.unread
	if c.state == sockets.CloseWait && unread > 0 {
		unread -= endMark
	}
	switch {
	case unread > 0:
		return "a request that has not been read"
	case c.unsent > 0:
		return "an answer that has not arrived"
	case c.received < c.sent, c.mute:
		return "a request that waits for its answer"
	}
	return ""
}

// happened notes that something happened.
func (j *judge) happened(at time.Duration) { j.last = max(j.last, at) }

const mostTalking = 4

func (j *judge) talk(text string) {
	if len(j.talking) < mostTalking {
		j.talking = append(j.talking, text)
	} else {
		j.more++
	}
}

// addEnded takes the connections that have ended.
func (j *judge) addEnded(list []ended) {
	for _, e := range withoutProbes(list, j.probes) {
		if j.now-e.at < j.quiet {
			j.talk(sockets.Endpoint{Address: e.peer}.Host() + " on " + itoa(int(e.port)) + ": a connection a moment ago")
			j.happened(e.at)
		}
	}
}

// isQuiet reports whether the drain may end.
func (j *judge) isQuiet() bool {
	return !j.pending && j.now >= j.least && j.now >= j.last+j.quiet
}

// next is when it may be quiet, if nothing happens; known is false where only another look can tell.
func (j *judge) next() (at time.Duration, known bool) {
	return max(j.least, j.last+j.quiet), !j.pending && !j.brief
}
