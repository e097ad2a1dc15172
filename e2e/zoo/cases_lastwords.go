package main

import (
	"errors"
	"os"
	"regexp"
)

// LastWordsCases are applications that do not stop, of which the init has to say why before it kills
// them. They are in no table: without an init nobody says anything.
func LastWordsCases() []Case {
	sentence := regexp.MustCompile(`(?m)^softstop-init: killed pid \d+ \(\S*java\) in state S: still there \S+ after SIGTERM; it waits for its own threads \(futex\)`)
	return []Case{{
		Subject: "last words", Style: "a JVM's deadlock",
		Files:   map[string]string{"/srv/Deadlock.java": javaDeadlock},
		Before:  []string{"ecj -proc:none -17 -d /srv /srv/Deadlock.java"},
		Command: words("java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp /srv Deadlock"),
		Ready:   []Check{logHas("app ready", "it is not ready")},
		Evidence: []Check{
			exits(137),
			logHas("Full thread dump", "no stacks"),
			logHas("Found one Java-level deadlock:", "no word of the deadlock"),
			logHas(`"closes-the-log":`, "no word of who waits"),
			func(c *Cell) error {
				if data, err := os.ReadFile(c.logPath); err != nil || !sentence.Match(data) {
					return errors.New("not said what it waits for")
				}
				return nil
			},
		},
	}}
}

// everyCase are all that a cell may be asked for.
func everyCase() []Case { return append(append(Cases(), TruthCases()...), LastWordsCases()...) }

// javaDeadlock is a JVM whose shutdown hook and main thread wait for each other's locks.
const javaDeadlock = `import java.util.concurrent.CountDownLatch;
class Deadlock {
  static final Object pool = new Object(), log = new Object();
  static final CountDownLatch both = new CountDownLatch(2);
  static void hold(Object first, Object second) {
    synchronized (first) {
      both.countDown();
      try { both.await(); } catch (InterruptedException e) { throw new RuntimeException(e); }
      synchronized (second) { System.out.println("never"); }
    }
  }
  public static void main(String[] args) {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> hold(log, pool), "closes-the-log"));
    System.out.println("app ready");
    hold(pool, log);
  }
}
`
