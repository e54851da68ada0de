/* evolve_setup.c - opens worlds, optimizer and workers of an evolution: its last allocations. */
#include <math.h>
#include <stdlib.h>

#include "evolution.h"

static int out_of_memory(error *err)
{
  return error_add(err, EXIT_RUN_FAILED, "evolve: no memory");
}

int32_t evolution_lanes(const experiment *e)
{
  return e->lifetime.keep_weights ? 1 : (int32_t)e->lifetime.episodes;
}

/* Bytes that a run takes, part by part. */
typedef struct memory {
  double worker; /* of each worker */
  double rows, kept, individuals, total;
} memory;

static memory memory_of(const evolution *ev)
{
  const experiment *e = ev->e;
  const double gene = (double)ev->plan->genome.shape.n_gene * sizeof(float);
  const int64_t n_kept =
      2 + (e->record.genome_every > 0 ? e->run.generations / e->record.genome_every : 0);
  memory m = {
    .worker = (double)rollout_bytes(ev->plan, evolution_lanes(e)),
    .rows = (double)e->run.generations * (5.0 * ev->n + 8.0 * (N_SERIES + ev->n_task)),
    .kept = (double)n_kept * 2 * gene,
    .individuals = 2.0 * ev->n * (ev->n_task + 1) * sizeof(double),
  };
  m.individuals += learning_bytes(e, ev->n, ev->n_task);
  m.individuals *= 1.6; // a record of the journal holds them once more
  const bool process =
      e->run.executor == EXECUTOR_PROCESS; // its workers' rooms, beside the run's own
  if (process)
    m.individuals += (double)evolution_executor_bytes(ev);
  m.total = (ev->options->n_worker + process) * m.worker + (double)ev->state_size + m.rows +
            m.kept + m.individuals + gene + (double)evolution_merge_bytes(ev);
  return m;
}

double evolution_bytes(const evolution *ev)
{
  return memory_of(ev).total;
}

/* What a run would need, before any of it is taken. */
static int check_memory(const evolution *ev, error *err)
{
  const experiment *e = ev->e;
  const memory m = memory_of(ev);
  const double megabytes = m.total / 1048576;
  char where[EXPERIMENT_WHERE_SIZE];
  if (megabytes <= e->limits.memory)
    return EXIT_FINE;
  return error_add(err, EXIT_CONFIGURATION,
                   "%s: this run needs about %.0f MB (%d workers of %.1f MB, optimizer %.1f MB, "
                   "history %.1f MB, kept genomes %.1f MB), %.0f MB are allowed; raise "
                   "limits.memory, or turn down optimizer.population, network.layers, "
                   "run.generations or the number of kept genomes (record.genome_every)",
                   experiment_where(e, "limits.memory", "limits.memory", where), megabytes,
                   ev->options->n_worker, m.worker / 1048576, (double)ev->state_size / 1048576,
                   m.rows / 1048576, m.kept / 1048576, e->limits.memory);
}

static int open_optimizer(evolution *ev, error *err)
{
  const experiment *e = ev->e;
  const hebb_optimizer *o = e->optimizer_plugin;
  const hebb_genome_shape *shape = &ev->plan->genome.shape;
  char where[EXPERIMENT_WHERE_SIZE];

  ev->state_size = o->state_size(e->optimizer_config, shape, ev->n);
  const int status = check_memory(ev, err);
  if (status != EXIT_FINE)
    return status;
  ev->state_room = ev->state_size;
  ev->state = calloc(1, ev->state_size + 1);
  if (!ev->state)
    return out_of_memory(err);

  const hebb_address address = { .seed = (uint64_t)e->run.seed, .purpose = PURPOSE_OPTIMIZER };
  host_services services;
  experiment_where(e, "optimizer.plugin", o->base.name, where);
  host_services_init(&services, where, err);
  const int before = err->count;
  if (o->init(ev->state, e->optimizer_config, shape, ev->n, hebb_seed(&address), &services.host) !=
      HEBB_OK)
    return err->count > before
               ? err->status
               : error_add(err, EXIT_PLUGIN, "%s: the optimizer refused without a reason", where);
  return EXIT_FINE;
}

static int take_arrays(evolution *ev, error *err)
{
  const size_t n = (size_t)ev->n, cells = (n + 1) * (size_t)ev->n_task;
  const size_t n_gene = (size_t)ev->plan->genome.shape.n_gene;
  const size_t n_worker = (size_t)ev->options->n_worker;

  ev->room = calloc(n_worker, sizeof(rollout *));
  ev->total = calloc(cells, sizeof *ev->total);
  ev->length = calloc(cells, sizeof *ev->length);
  ev->failure = calloc(cells, sizeof *ev->failure);
  ev->why = calloc(cells, sizeof *ev->why);
  ev->mean_square = calloc(n + 1, sizeof *ev->mean_square);
  ev->told = calloc(n, sizeof *ev->told);
  ev->task_steps = calloc((size_t)ev->n_task, sizeof *ev->task_steps);
  ev->sample = calloc(cells, sizeof *ev->sample);
  ev->sorted = calloc(cells, sizeof *ev->sorted);
  ev->best_genome = calloc(n_gene, sizeof *ev->best_genome);
  if (!ev->room || !ev->total || !ev->length || !ev->failure || !ev->why || !ev->mean_square ||
      !ev->told || !ev->task_steps || !ev->sample || !ev->sorted || !ev->best_genome)
    return out_of_memory(err);
  const size_t n_room =
      ev->e->run.executor == EXECUTOR_PROCESS ? 1 : n_worker; // theirs is their own
  for (size_t w = 0; w < n_room; w++)
    if (rollout_new(ev->plan, evolution_lanes(ev->e), &ev->room[w], err) != EXIT_FINE)
      return err->status;
  return EXIT_FINE;
}

/* The scalars that the optimizer declares get a column each. */
static void find_scalars(evolution *ev)
{
  const hebb_optimizer *o = ev->e->optimizer_plugin;
  hebb_array a;
  for (int32_t k = 0; o->array && o->array(ev->state, k, &a); k++)
    if (a.rank == 0 && ev->history.n_scalar < HISTORY_MAX_SCALAR)
      ev->history.scalar_info[ev->history.n_scalar++] = a;
}

static int init_learning(evolution *ev, error *err)
{
  double *solved = calloc((size_t)ev->n_task, sizeof *solved);
  if (!solved)
    return out_of_memory(err);
  for (int32_t t = 0; t < ev->n_task; t++)
    solved[t] = ev->plan->world[ev->task[t]].shape.solved;
  const int status = learning_init(&ev->learning, ev->e, ev->n, ev->n_task, solved, err);
  free(solved);
  return status;
}

int evolution_begin(evolution *ev, error *err)
{
  const experiment *e = ev->e;
  const int before = err->count;
  const char **name = calloc((size_t)e->n_task, sizeof *name);
  ev->task = calloc((size_t)e->n_task, sizeof *ev->task);
  ev->turn = calloc((size_t)e->n_task, sizeof *ev->turn);
  if (!name || !ev->task || !ev->turn) {
    free(name);
    return out_of_memory(err);
  }
  ev->n = (int32_t)e->population;
  for (int32_t t = 0; t < e->n_task; t++)
    if (e->task[t].train) {
      name[ev->n_task] = e->task[t].name;
      ev->turn[ev->n_task] = ev->n_task;
      ev->task[ev->n_task++] = t;
    }
  ev->best_fitness = -INFINITY;
  ev->best_generation = -1;

  if (e->run.executor == EXECUTOR_THREADS)
    plan_check_workers(e, ev->options->n_worker, err);
  plan_try(e, &ev->plan, err);
  if (plan_has_genome(ev->plan))
    evolution_merge_begin(ev, err);
  if (plan_has_genome(ev->plan)) // the optimizer may have something to say, whatever else is wrong
    open_optimizer(ev, err);
  if (err->count == before && take_arrays(ev, err) == EXIT_FINE &&
      pool_new(ev->options->n_worker, &ev->pool, err) == EXIT_FINE &&
      history_init(&ev->history, ev->n, ev->n_task, ev->plan->genome.shape.n_gene, name, err) ==
          EXIT_FINE &&
      init_learning(ev, err) == EXIT_FINE)
    find_scalars(ev);
  free(name);
  return err->count > before ? err->status : EXIT_FINE;
}

void evolution_end(evolution *ev)
{
  journal_close(&ev->journal);
  evolution_executor_end(ev);
  pool_free(ev->pool);
  evolution_merge_end(ev);
  for (int32_t w = 0; ev->room && w < ev->options->n_worker; w++)
    rollout_free(ev->room[w]);
  history_done(&ev->history);
  learning_done(&ev->learning);
  plan_close(ev->plan);
  free(ev->state);
  free(ev->task);
  free(ev->turn);
  free(ev->room);
  free(ev->total);
  free(ev->length);
  free(ev->failure);
  free(ev->why);
  free(ev->mean_square);
  free(ev->told);
  free(ev->task_steps);
  free(ev->sample);
  free(ev->sorted);
  free(ev->best_genome);
}
