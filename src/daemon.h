/* The daemon: owns everything, wires the parts together, and knows how to start, reload, drain and stop. Decides nothing. */
#ifndef DAEMON_H
#define DAEMON_H

struct daemon_options {                  /* borrowed for the call */
    const char *config_directory;
    const char *preset_directory;
};

/* Runs until it is told to stop. Returns the process's exit status; what went wrong has been said. */
int daemon_run(const struct daemon_options *options);

/* Reads and checks the configuration and prints every problem. 0: no errors. */
int daemon_check(const struct daemon_options *options);

#endif
