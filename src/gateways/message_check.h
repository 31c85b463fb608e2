/* What is wrong with an administrator's texts, at load time rather than in the night. */
#ifndef GATEWAYS_MESSAGE_CHECK_H
#define GATEWAYS_MESSAGE_CHECK_H

#include "config/config.h"

/* For config_env.check_texts. Lengths are computed with the longest fields that the configuration has. */
void message_check_texts(const struct config *config, struct problems *problems);

#endif
