#include "ctl/ctl.h"

int command_unsupported(struct ctl *ctl, const struct args *args)
{
    (void)ctl;
    (void)args;
    ctl_complain("this version does not support that command yet");
    return EXIT_REFUSED;
}
