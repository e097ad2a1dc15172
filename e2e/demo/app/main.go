//go:build linux

// The demo's application: it works, or serves, until SIGTERM, then takes its time to clean up and
// says so last. Told a second time, it quits hard, as many programs do.
//
//	app [--name NAME] [--cleanup 3s] [--serve :8080] [--zombies N] [--deaf]
package main

import (
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

func main() {
	name := flag.String("name", "app", "who is talking")
	cleanup := flag.Duration("cleanup", time.Second, "how long to clean up")
	serve := flag.String("serve", "", "address to serve on")
	zombies := flag.Int("zombies", 0, "how many orphans to leave to PID 1")
	deaf := flag.Bool("deaf", false, "ignore SIGTERM")
	flag.Parse()
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGTERM)
	say := func(format string, args ...any) { fmt.Printf(*name+": "+format+"\n", args...) }
	if *serve != "" {
		go listen(*serve, say)
	}
	if err := makeOrphans(*zombies); err != nil {
		say("%v", err)
		os.Exit(1)
	}
	say("ready")
	<-signals
	for *deaf {
		say("told to stop, and does not care")
		<-signals
	}
	if *zombies > 0 {
		say("%d zombies", lasting(time.Second))
	}
	say("told to stop, cleaning up for %s", *cleanup)
	select {
	case <-time.After(*cleanup):
		say("clean shutdown")
	case <-signals:
		say("told twice, quitting hard")
		os.Exit(1)
	}
}

func listen(address string, say func(string, ...any)) {
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			say("asked for %s", r.URL.Path)
		}
		_, _ = fmt.Fprintln(w, "hello")
	})
	if err := http.ListenAndServe(address, handler); !errors.Is(err, http.ErrServerClosed) {
		say("serve: %v", err)
		os.Exit(1)
	}
}

// makeOrphans leaves n processes without a parent and waits until each has died: PID 1 has to reap
// them.
func makeOrphans(n int) error {
	for range n {
		// The inner process outlives the shell that started it, so its parent is PID 1 when it
		// ends.
		out, err := exec.Command("/bin/sh", "-c", "sleep 0.2 >/dev/null 2>&1 & echo $!").Output()
		if err != nil {
			return fmt.Errorf("make an orphan: %w", err)
		}
		stat := "/proc/" + strings.TrimSpace(string(out)) + "/stat"
		for state(stat) != "Z" && state(stat) != "" {
			time.Sleep(10 * time.Millisecond)
		}
	}
	return nil
}

// lasting counts the zombies that nobody reaps within patience: every process is one for a moment.
func lasting(patience time.Duration) int {
	for end := time.Now().Add(patience); countZombies() > 0 && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond)
	}
	return countZombies()
}

func countZombies() int {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	n := 0
	for _, s := range stats {
		if state(s) == "Z" {
			n++
		}
	}
	return n
}

// state is the letter that /proc has for the process, empty when it has gone.
func state(stat string) string {
	b, err := os.ReadFile(stat)
	if err != nil {
		return ""
	}
	_, after, _ := strings.Cut(string(b), ") ")
	return after[:min(1, len(after))]
}
