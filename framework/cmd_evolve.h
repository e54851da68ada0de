/* cmd_evolve.h - what run and resume share. */
#ifndef HEBB_CMD_EVOLVE_H
#define HEBB_CMD_EVOLVE_H

#include "cmd.h"
#include "evolve.h"

/* Evolves to the end or to a signal, and says on standard error how it went and what comes next. */
int cmd_evolve(const experiment *experiment, const evolve_options *how, error *err);

#endif
