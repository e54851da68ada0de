/* cmd_evolve.c - an evolution from here to its end, and what people are told of it. */
#include "cmd_evolve.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "interrupt.h"
#include "stats.h"

static void tell_what_comes_next(const char *folder, const evolve_result *r)
{
  char file[4096 + 32];
  snprintf(file, sizeof file, "%s/run.h5", folder);
  char *evaluate = cmd_advice(2, (char *[]){ "evaluate", (char *)(uintptr_t)folder });
  char *inspect = cmd_advice(2, (char *[]){ "inspect", file });

  const int d = stats_decimals(fmax(fabs(r->first_mean), fabs(r->best_fitness)));
  fprintf(stderr, "hebb: %d generation%s", r->n_generation, r->n_generation == 1 ? "" : "s");
  if (r->n_before > 0)
    fprintf(stderr, ", %d of them now,", r->n_generation - r->n_before);
  fprintf(stderr,
          " in %.0f s; mean fitness %.*f at first, %.*f at last; best %.*f in "
          "generation %d\n",
          r->seconds, d, r->first_mean, d, r->last_mean, d, r->best_fitness, r->best_generation);
  if (evaluate && inspect)
    fprintf(stderr, "hebb: next: %s\nhebb:       %s\n", evaluate, inspect);
  free(evaluate);
  free(inspect);
  puts(file);
}

/* How a run that did not come to its end goes on. */
static void tell_how_to_go_on(const char *folder, const evolve_result *r, int status)
{
  const bool interrupted = status == EXIT_INTERRUPTED;
  char *resume = cmd_advice(2, (char *[]){ "resume", (char *)(uintptr_t)folder });
  if (!resume)
    return;
  if (r->n_generation == 0 && interrupted)
    fprintf(stderr, "hebb: interrupted before a generation was done; it starts over with: %s\n",
            resume);
  else if (r->n_generation > 0)
    fprintf(stderr, "hebb: %s after %d generation%s, which are kept; it goes on with: %s\n",
            interrupted ? "interrupted" : "stopped", r->n_generation,
            r->n_generation == 1 ? "" : "s", resume);
  free(resume);
}

int cmd_evolve(const experiment *e, const evolve_options *how, error *err)
{
  evolve_result result = { 0 };
  interrupt_install();
  const int status = evolve(e, how, &result, err);
  if (result.published)
    tell_what_comes_next(how->folder, &result);
  if (status != EXIT_FINE)
    tell_how_to_go_on(how->folder, &result, status);
  return status;
}
