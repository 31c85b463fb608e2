#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "daemon.h"

static int usage(FILE *to, int status)
{
    fprintf(to, "Usage: beredd [-c DIRECTORY] [-t] [-V]\n"
                "  -c DIRECTORY  configuration directory (%s)\n"
                "  -t            check the configuration, print every problem, and exit\n"
                "  -V            print the version and exit\n"
                "Everything else is done by bereddctl.\n", SYSCONFDIR);
    return status;
}

int main(int argc, char **argv)
{
    const char *presets = getenv("BEREDD_PRESETS");      /* for a build that is not installed */
    struct daemon_options options = {SYSCONFDIR, presets ? presets : PKGDATADIR "/presets"};
    bool check = false;
    int option;
    while ((option = getopt(argc, argv, "c:tVh")) != -1) {
        if (option == 'c')
            options.config_directory = optarg;
        else if (option == 't')
            check = true;
        else if (option == 'V')
            return puts(PACKAGE_STRING) < 0;
        else
            return option == 'h' ? usage(stdout, 0) : usage(stderr, 2);
    }
    if (optind < argc)
        return usage(stderr, 2);
    return check ? daemon_check(&options) : daemon_run(&options);
}
