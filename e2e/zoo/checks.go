package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"time"
)

// up holds once each named app has said that it runs.
func up(apps ...string) Check {
	return func(c *Cell) error {
		for _, app := range apps {
			if count(c, app, "up") == 0 {
				return fmt.Errorf("%s is not up", app)
			}
		}
		return nil
	}
}

// cleaned holds if each named app was told once, finished its cleanup and was not
// started a second time.
func cleaned(apps ...string) Check {
	return func(c *Cell) error {
		for _, app := range apps {
			switch told := count(c, app, "told"); {
			case count(c, app, "hard") > 0:
				return fmt.Errorf("%s told twice, quit hard", app)
			case told == 0:
				return fmt.Errorf("%s never told", app)
			case count(c, app, "lost") > 0:
				return fmt.Errorf("what %s needs to clean up was gone", app)
			case count(c, app, "cleaned") == 0:
				return fmt.Errorf("%s killed in its cleanup", app)
			case count(c, app, "up") > 1:
				return fmt.Errorf("%s started again", app)
			}
		}
		return nil
	}
}

// untold holds if nobody sent the named app a stop signal and it finished by itself.
func untold(app string) Check {
	return func(c *Cell) error {
		switch {
		case count(c, app, "told")+count(c, app, "hard") > 0:
			return fmt.Errorf("%s told behind its supervisor's back", app)
		case count(c, app, "cleaned") == 0:
			return fmt.Errorf("%s did not finish", app)
		}
		return nil
	}
}

// count is how often app noted what in /out.
func count(c *Cell, app, what string) int {
	data, err := os.ReadFile(c.path("out/" + app + "." + what))
	if err != nil {
		return 0
	}
	return bytes.Count(data, []byte("\n"))
}

// exists holds if the container has the file; phrase says what its absence means.
func exists(name, phrase string) Check {
	return func(c *Cell) error {
		if _, err := os.Stat(c.path(name)); err != nil {
			return errors.New(phrase)
		}
		return nil
	}
}

// absent holds if the container does not have the file.
func absent(name, phrase string) Check {
	return func(c *Cell) error {
		if _, err := os.Lstat(c.path(name)); err == nil {
			return errors.New(phrase)
		}
		return nil
	}
}

// fileHas holds if the container's file contains text.
func fileHas(name, text, phrase string) Check {
	return func(c *Cell) error {
		data, err := os.ReadFile(c.path(name))
		if err != nil || !bytes.Contains(data, []byte(text)) {
			return errors.New(phrase)
		}
		return nil
	}
}

// logHas holds if the container's output contains text.
func logHas(text, phrase string) Check {
	return func(c *Cell) error {
		data, err := os.ReadFile(c.logPath)
		if err != nil || !bytes.Contains(data, []byte(text)) {
			return errors.New(phrase)
		}
		return nil
	}
}

// listens holds once something accepts connections on the port.
func listens(port int) Check { return dials("tcp", fmt.Sprintf("127.0.0.1:%d", port)) }

func dials(network, address string) Check {
	return func(*Cell) error {
		conn, err := net.DialTimeout(network, address, time.Second)
		if err != nil {
			return fmt.Errorf("nothing listens on %s", address)
		}
		return conn.Close()
	}
}

// runs holds if the shell line succeeds beside the container, or in its files once it
// has ended.
func runs(line, phrase string) Check {
	return func(c *Cell) error {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		if out, err := c.shell(ctx, line); err != nil {
			if phrase == "" {
				phrase = fmt.Sprintf("%s: %v: %s", line, err, out)
			}
			return errors.New(phrase)
		}
		return nil
	}
}

// exits holds if the container's exit code is one of codes.
func exits(codes ...int) Check {
	return func(c *Cell) error {
		got := exitCode(c.cmd.ProcessState)
		for _, code := range codes {
			if got == code {
				return nil
			}
		}
		return fmt.Errorf("exit code %d instead of %s", got, strings.Trim(fmt.Sprint(codes), "[]"))
	}
}

// within holds if check comes to hold in so much time.
func within(limit time.Duration, check Check) Check {
	return func(c *Cell) error {
		deadline := time.Now().Add(limit)
		for {
			err := check(c)
			if err == nil || time.Now().After(deadline) {
				return err
			}
			time.Sleep(pollEvery)
		}
	}
}
