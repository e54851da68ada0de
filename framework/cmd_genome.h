/* cmd_genome.h - which genome: what evaluate and replay ask in the same words. */
#ifndef HEBB_CMD_GENOME_H
#define HEBB_CMD_GENOME_H

#include "cmd.h"
#include "plan.h"
#include "store.h"

enum { CMD_PATH_SIZE = 4096 };

/* --genome centre|best */
int cmd_genome_pick(const command *c, const char *text, enum genome_pick *pick, error *err);

/* The one argument: a run folder (its run.h5), a run.h5 or a genome file. */
int cmd_genome_source(const command *c, int n, char *const *given, char source[CMD_PATH_SIZE],
                      error *err);

/* -o FILE */
int cmd_output(const command *c, const char *given, char output[CMD_PATH_SIZE], error *err);

/* Whether the genome is one of the plan's. */
int cmd_genome_fits(const char *source, const stored_genome *stored, const plan *p, error *err);

#endif
