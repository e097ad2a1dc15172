package main

// stepCases are workers whose trap lets the step in hand end: a task that is much
// younger than the shell that waits for it is no application.
func stepCases() []Case {
	const task = "echo begun >> /out/begun\nfor i in 1 2 3 4 5 6 7 8 9 10; do sleep 0.1; done\necho done >> /out/done\n"
	whole := runs(`[ "$(wc -l < /out/begun)" = "$(wc -l < /out/done)" ]`, "the task in hand was cut off")
	worker := Case{
		Files: map[string]string{
			"/task.sh": "#!/bin/sh\n" + task,
			"/task.py": "#!/usr/bin/python3\nimport time\nopen('/out/begun', 'a').write('begun\\n')\nfor i in range(10): time.sleep(0.1)\nopen('/out/done', 'a').write('done\\n')\n",
		},
		// Three tasks are done and a fourth is in hand.
		Own: 1.1, Ready: []Check{runs(`[ "$(wc -l < /out/begun)" -gt 3 ]`, "no fourth task yet")},
		Evidence: []Check{whole, exists("/out/trap", "the trap's way out was not taken")},
	}
	loop := func(style, shebang, task string) Case {
		return script("steps", style, shebang+"stop=0\ntrap 'stop=1' TERM\nwhile [ $stop = 0 ]; do "+task+"; done\ntouch /out/trap\n", worker)
	}
	exiting := script("steps", "trap exit 0", "#!/bin/bash\ntrap 'touch /out/trap; exit 0' TERM\nwhile :; do /task.sh; done\n", worker)
	queue := script("steps", "while read from a queue", "#!/bin/bash\ntrap 'stop=1' TERM\nwhile [ -z \"$stop\" ] && read -r job; do /task.sh; done < <(yes)\ntouch /out/trap\n", worker)
	counted := script("steps", "for loop, trap breaks out", "#!/bin/bash\ntrap 'stop=1' TERM\nfor n in $(seq 1000); do /task.sh; [ -z \"$stop\" ] || break; done\ntouch /out/trap\n", worker)
	return []Case{
		loop("dash", "#!/bin/dash\n", "/task.sh"),
		loop("bash", "#!/bin/bash\n", "/task.sh"),
		loop("busybox ash", "#!/bin/busybox sh\n", "/task.sh"),
		loop("zsh", "#!/bin/zsh\n", "/task.sh"),
		loop("mksh", "#!/bin/mksh\n", "/task.sh"),
		loop("ksh93", "#!/bin/ksh93\n", "/task.sh"),
		loop("yash", "#!/usr/bin/yash\n", "/task.sh"),
		loop("task in Python", "#!/bin/bash\n", "/task.py"),
		loop("task in a subshell", "#!/bin/bash\n", "( . /task.sh )"),
		loop("task as another user", "#!/bin/bash\nchmod 777 /out; touch /out/begun /out/done; chmod 666 /out/begun /out/done\n", "gosu nobody /task.sh"),
		loop("task, then sleep", "#!/bin/sh\n", "/task.sh; sleep 0.2"),
		loop("task's log through tee", "#!/bin/bash\n", "/task.sh | tee -a /out/log"),
		exiting,
		counted,
		queue,
	}
}
