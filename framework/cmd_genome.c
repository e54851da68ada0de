/* cmd_genome.c - which genome, from which file. */
#include "cmd_genome.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

int cmd_genome_pick(const command *c, const char *text, enum genome_pick *pick, error *err)
{
  if (strcmp(text, "best") == 0)
    *pick = GENOME_BEST;
  else if (strcmp(text, "centre") == 0)
    *pick = GENOME_CENTRE;
  else
    return cmd_usage_error(c, err, "--genome is centre or best, not '%s'", text);
  return EXIT_FINE;
}

int cmd_genome_source(const command *c, int n, char *const *given, char source[CMD_PATH_SIZE],
                      error *err)
{
  struct stat what;
  if (n != 1)
    return cmd_usage_error(c, err, "one run folder, run.h5 or genome file is wanted, %d given", n);
  const bool folder = stat(given[0], &what) == 0 && S_ISDIR(what.st_mode);
  if (snprintf(source, CMD_PATH_SIZE, folder ? "%s/run.h5" : "%s", given[0]) >= CMD_PATH_SIZE)
    return cmd_usage_error(c, err, "the path is too long");
  return EXIT_FINE;
}

int cmd_output(const command *c, const char *given, char output[CMD_PATH_SIZE], error *err)
{
  if (!given[0] || snprintf(output, CMD_PATH_SIZE, "%s", given) >= CMD_PATH_SIZE)
    return cmd_usage_error(c, err, "-o wants a path of 1 to %d characters", CMD_PATH_SIZE - 1);
  return EXIT_FINE;
}

int cmd_genome_fits(const char *source, const stored_genome *stored, const plan *p, error *err)
{
  if (p->genome.shape.n_gene == stored->n_gene)
    return EXIT_FINE;
  return error_add(err, EXIT_CONFIGURATION,
                   "%s holds %lld genes, but its experiment (with your --set) makes a genome of "
                   "%lld; leave network and rule as they were",
                   source, (long long)stored->n_gene, (long long)p->genome.shape.n_gene);
}
