// A stand-in for smell-baron in the zoo's tests: an init that starts one command, passes
// SIGTERM on to it and ends as it ends. It takes -a and does nothing about it.
#define _POSIX_C_SOURCE 200809L
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile pid_t child;

static void pass(int sig) { if (child > 0) kill(child, sig); }

int main(int argc, char **argv) {
	char **command = argv + 1;
	if (argc > 2 && strcmp(*command, "-a") == 0) command++;
	if (!*command) return 2;
	struct sigaction on_stop;
	memset(&on_stop, 0, sizeof on_stop);
	on_stop.sa_handler = pass;
	sigaction(SIGTERM, &on_stop, NULL);
	child = fork();
	if (child == 0) {
		execvp(*command, command);
		_exit(127);
	}
	for (;;) {
		int status;
		pid_t ended = wait(&status);
		if (ended == child) return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	}
}
