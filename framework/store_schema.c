/* store_schema.c - the schema, version 1.0: one row for each attribute and data set of our files.
 *
 * The writer takes type, dimensions, unit and sentence from here, `hebb inspect --validate` compares
 * with it, and docs/SCHEMA.md is held against it by a test.
 */
#include "store_hdf5.h"

#include <stdio.h>
#include <string.h>

enum {
  R = STORE_RUN,
  E = STORE_EVALUATION,
  P = STORE_PLAY,
  G = STORE_GENOME,
  ALL = R | E | P | G,
  LEARNT = R | E | G, /* files about a network */
  ATT = STORE_ATTRIBUTE,
  OPT = STORE_OPTIONAL,
  SCL = STORE_SCALE
};

#define YES_NO "no yes"
#define STATUS_NAMES "running complete interrupted failed"
#define DONE_NAMES "running terminated truncated failed"
#define FAILURE_NAMES "none crash timeout memory nonfinite simulator"

// clang-format off
const store_variable store_schema[] = {
  /* ---- root ---- */
  {ALL, "/", "Conventions", STORE_TEXT, ATT, "", "", "hebb-1.0", NULL},
  {ALL, "/", "file_kind", STORE_TEXT, ATT, "", "", "run, evaluation, play or genome", NULL},
  {ALL, "/", "schema_version", STORE_I32, ATT, "3", "", "version of this schema: a minor number only adds", NULL},
  {ALL, "/", "array_order", STORE_TEXT, ATT, "", "", "C, last dimension fastest: MATLAB, Octave, R and Julia show the dimensions reversed", NULL},
  {ALL, "/", "title", STORE_TEXT, ATT, "", "", "a sentence for people", NULL},
  {ALL, "/", "experiment", STORE_TEXT, ATT, "", "", "name of the experiment; empty where there is none", NULL},
  {ALL, "/", "run_id", STORE_TEXT, ATT, "", "", "UUID of what made this file", NULL},
  {ALL, "/", "parent_run_id", STORE_TEXT, ATT, "", "", "UUID of the run that it starts from; empty where there is none", NULL},
  {ALL, "/", "creator_name", STORE_TEXT, ATT, "", "", "the program: hebb", NULL},
  {ALL, "/", "creator_version", STORE_TEXT, ATT, "", "", "its version", NULL},
  {ALL, "/", "created", STORE_TEXT, ATT, "", "", "when what made this file began, ISO 8601", NULL},
  {ALL, "/", "seed", STORE_I64, ATT, "", "", "the seed that all random numbers come from", NULL},
  {ALL, "/", "status", STORE_U8, ATT, "", "", "where the run stands", STATUS_NAMES},
  {ALL, "/", "flag_values", STORE_U8, ATT, "4", "", "the values of status", NULL},
  {ALL, "/", "flag_meanings", STORE_TEXT, ATT, "", "", "and what they mean", NULL},
  {ALL, "/", "cite", STORE_TEXT, ATT, "", "", "papers of the plugins", NULL},

  /* ---- where it comes from ---- */
  {ALL, "/provenance", "git_revision", STORE_TEXT, ATT, "", "", "commit that hebb was built from; empty where unknown", NULL},
  {ALL, "/provenance", "git_dirty", STORE_U8, ATT, "", "", "whether its tree had changes", YES_NO},
  {ALL, "/provenance", "source_sha256", STORE_TEXT, ATT, "", "", "SHA-256 of the source; empty where unknown", NULL},
  {ALL, "/provenance", "config_sha256", STORE_TEXT, ATT, "", "", "SHA-256 of config_toml; empty where there is none", NULL},
  {ALL, "/provenance", "host", STORE_TEXT, ATT, "", "", "name of the machine", NULL},
  {ALL, "/provenance", "os", STORE_TEXT, ATT, "", "", "operating system and kernel", NULL},
  {ALL, "/provenance", "cpu_model", STORE_TEXT, ATT, "", "", "processor", NULL},
  {ALL, "/provenance", "cpu_flags", STORE_TEXT, ATT, "", "", "its instruction sets", NULL},
  {ALL, "/provenance", "compiler", STORE_TEXT, ATT, "", "", "compiler of hebb", NULL},
  {ALL, "/provenance", "cflags", STORE_TEXT, ATT, "", "", "its options", NULL},
  {ALL, "/provenance", "n_threads", STORE_I32, ATT, "", "", "workers; results never depend on them", NULL},
  {ALL, "/provenance", "n_ranks", STORE_I32, ATT, "", "", "processes; results never depend on them", NULL},
  {ALL, "/provenance", "executor", STORE_TEXT, ATT, "", "", "what ran the rollouts", NULL},
  {ALL, "/provenance", "float_mode", STORE_TEXT, ATT, "", "", "strict or fast", NULL},
  {ALL, "/provenance", "reproducibility", STORE_TEXT, ATT, "", "", "L1: the same bits on the same machine with any number of workers", NULL},
  {ALL, "/provenance", "nondeterministic", STORE_U8, ATT, "", "", "whether a plugin or a wall-clock limit may give other results from equal seeds", YES_NO},
  {ALL, "/provenance", "command_line", STORE_TEXT, ATT, "", "", "as typed", NULL},
  {ALL, "/provenance", "slurm_job_id", STORE_TEXT, ATT, "", "", "SLURM_JOB_ID; empty where there is none", NULL},
  {ALL, "/provenance", "slurm_restart_count", STORE_TEXT, ATT, "", "", "SLURM_RESTART_COUNT; empty where there is none", NULL},
  {LEARNT, "/provenance", "config_toml", STORE_TEXT, 0, "", "1", "the experiment with every default filled in, as TOML", NULL},
  {LEARNT, "/provenance", "config_source", STORE_TEXT, 0, "", "1", "the experiment's files as the user wrote them", NULL},
  {LEARNT, "/provenance", "override", STORE_TEXT, SCL | OPT, "override", "1", "arguments of --set", NULL},
  {ALL, "/provenance", "library", STORE_TEXT, SCL, "library", "1", "libraries that hebb uses", NULL},
  {ALL, "/provenance", "library_version", STORE_TEXT, 0, "library", "1", "their versions", NULL},
  {ALL, "/provenance", "start", STORE_I32, SCL, "start", "1", "starts and resumes, from 0", NULL},
  {ALL, "/provenance", "start_time", STORE_F64, 0, "start", "seconds since 1970-01-01T00:00:00Z", "time of each start", NULL},
  {ALL, "/provenance", "start_generation", STORE_I32, 0, "start", "1", "generations that were done at each start", NULL},

  /* ---- plugins and network ---- */
  {ALL, "/plugins/*", "name", STORE_TEXT, ATT, "", "", "name of the plugin", NULL},
  {ALL, "/plugins/*", "version", STORE_TEXT, ATT, "", "", "its version", NULL},
  {ALL, "/plugins/*", "abi", STORE_I32, ATT, "", "", "binary interface it was built for", NULL},
  {ALL, "/plugins/*", "path", STORE_TEXT, ATT, "", "", "file it was loaded from", NULL},
  {ALL, "/plugins/*", "sha256", STORE_TEXT, ATT, "", "", "SHA-256 of that file", NULL},
  {ALL, "/plugins/*", "description", STORE_TEXT, ATT, "", "", "one line on it", NULL},
  {ALL, "/plugins/*", "cite", STORE_TEXT, ATT, "", "", "its paper; empty where there is none", NULL},
  {ALL, "/plugins/*", "task", STORE_TEXT, ATT | OPT, "", "", "the task whose values an environment's group shows", NULL},
  {ALL, "/plugins/*", "*", STORE_ANY, OPT, NULL, NULL, "a parameter, with its default as an attribute", NULL},
  {LEARNT, "/network", "layer", STORE_I32, SCL, "layer", "1", "layers, from 0", NULL},
  {LEARNT, "/network", "layer_name", STORE_TEXT, 0, "layer", "1", "name of the layer", NULL},
  {LEARNT, "/network", "layer_kind", STORE_TEXT, 0, "layer", "1", "kind of the layer", NULL},
  {LEARNT, "/network", "n_post", STORE_I32, 0, "layer", "1", "postsynaptic neurons", NULL},
  {LEARNT, "/network", "n_pre", STORE_I32, 0, "layer", "1", "presynaptic neurons", NULL},
  {LEARNT, "/network", "plastic", STORE_U8, 0, "layer", "1", "whether its weights change in life", YES_NO},
  {LEARNT, "/network", "activation", STORE_TEXT, 0, "layer", "1", "activation function", NULL},

  /* ---- run: generations ---- */
  {R, "/generations", "generation", STORE_I32, SCL, "generation", "1", "generation, from 0", NULL},
  {R, "/generations", "individual", STORE_I32, SCL, "individual", "1", "individual of the population, from 0", NULL},
  {R, "/generations", "task", STORE_I32, SCL, "task", "1", "training task, from 0; attribute task_name has the names", NULL},
  {R, "/generations", "fitness", STORE_F32, 0, "generation individual", "1", "fitness of every individual, raw, higher is better; NaN where it failed", NULL},
  {R, "/generations", "fitness_mean", STORE_F64, 0, "generation", "1", "mean fitness of those that did not fail", NULL},
  {R, "/generations", "fitness_std", STORE_F64, 0, "generation", "1", "standard deviation of their fitness", NULL},
  {R, "/generations", "fitness_min", STORE_F64, 0, "generation", "1", "lowest fitness", NULL},
  {R, "/generations", "fitness_q25", STORE_F64, 0, "generation", "1", "first quartile of fitness", NULL},
  {R, "/generations", "fitness_median", STORE_F64, 0, "generation", "1", "median fitness", NULL},
  {R, "/generations", "fitness_q75", STORE_F64, 0, "generation", "1", "third quartile of fitness", NULL},
  {R, "/generations", "fitness_max", STORE_F64, 0, "generation", "1", "highest fitness", NULL},
  {R, "/generations", "task_return_mean", STORE_F64, 0, "generation task", "1", "mean return in each training task", NULL},
  {R, "/generations", "episode_length_mean", STORE_F64, 0, "generation", "1", "mean number of steps in an episode", NULL},
  {R, "/generations", "centre_fitness", STORE_F64, 0, "generation", "1", "fitness of the optimizer's centre; NaN where it was not evaluated", NULL},
  {R, "/generations", "sigma", STORE_F64, OPT, "generation", "1", "the optimizer's step size", NULL},
  {R, "/generations", "learning_rate", STORE_F64, OPT, "generation", "1", "the optimizer's learning rate", NULL},
  {R, "/generations", "gradient_norm", STORE_F64, OPT, "generation", "1", "Euclidean norm of the estimated gradient", NULL},
  {R, "/generations", "genome_norm", STORE_F64, 0, "generation", "1", "Euclidean norm of the centre", NULL},
  {R, "/generations", "update_norm", STORE_F64, OPT, "generation", "1", "Euclidean norm of the centre's change", NULL},
  {R, "/generations", "env_steps", STORE_F64, 0, "generation", "1", "environment steps of the generation", NULL},
  {R, "/generations", "n_failed", STORE_F64, 0, "generation", "1", "individuals that failed", NULL},
  {R, "/generations", "wall_time", STORE_F64, 0, "generation", "s", "wall-clock time that the generation took", NULL},
  {R, "/generations", "opt_*", STORE_F64, OPT, "generation", NULL, "*, a scalar that the optimizer declares", NULL},
  {R, "/generations", "rule_*", STORE_F64, OPT, "generation", NULL, "*, a scalar that the rule declares", NULL},
  {R, "/generations", "failure_kind", STORE_U8, 0, "generation individual", "1", "why an individual failed", FAILURE_NAMES},

  /* ---- run, genome: genomes ---- */
  {R | G, "/genomes", "generation", STORE_I32, SCL, "generation", "1", "the generations whose genomes are kept", NULL},
  {R | G, "/genomes", "gene", STORE_I32, SCL, "gene", "1", "gene, from 0; /genome_layout says what it is", NULL},
  {R | G, "/genomes", "centre", STORE_F32, 0, "generation gene", "1", "the optimizer's estimate of the optimum after the generation", NULL},
  {R | G, "/genomes", "best", STORE_F32, OPT, "generation gene", "1", "the best individual up to the generation", NULL},
  {R | G, "/genomes", "best_fitness", STORE_F64, OPT, "generation", "1", "its fitness", NULL},
  {R | G, "/genomes", "best_generation", STORE_I32, OPT, "generation", "1", "the generation it was found in", NULL},
  {R | G, "/genome_layout", "segment", STORE_I32, SCL, "segment", "1", "named piece of the genome, from 0", NULL},
  {R | G, "/genome_layout", "segment_name", STORE_TEXT, 0, "segment", "1", "name of the segment", NULL},
  {R | G, "/genome_layout", "offset", STORE_I64, 0, "segment", "1", "first gene of the segment", NULL},
  {R | G, "/genome_layout", "count", STORE_I64, 0, "segment", "1", "number of its genes", NULL},
  {R | G, "/genome_layout", "layer", STORE_I32, 0, "segment", "1", "its layer; -1: the whole network", NULL},
  {R | G, "/genome_layout", "rows", STORE_I32, 0, "segment", "1", "its rows: presynaptic neurons where it has one gene for each synapse", NULL},
  {R | G, "/genome_layout", "cols", STORE_I32, 0, "segment", "1", "its columns: postsynaptic neurons where it has one gene for each synapse; the last index is fastest", NULL},
  {R | G, "/genome_layout", "coefficient", STORE_TEXT, 0, "segment", "1", "what it holds: A, B, C, D, eta, weight ...", NULL},
  {R | G, "/genome_layout", "role", STORE_TEXT, 0, "segment", "1", "coefficient, weight, start, modulator or learner", NULL},
  {R | G, "/genome_layout", "sharing", STORE_TEXT, 0, "segment", "1", "one gene for each synapse, pre, post, layer, network or table row", NULL},
  {R | G, "/genome_layout", "gene", STORE_I32, SCL | OPT, "gene", "1", "gene of the segments that share rules through a table", NULL},
  {R | G, "/genome_layout", "gene_rule", STORE_I32, OPT, "gene", "1", "row of the rule table; -1: none", NULL},

  /* ---- run: checkpoint ---- */
  {R, "/checkpoint", "optimizer", STORE_TEXT, ATT, "", "", "name of the optimizer", NULL},
  {R, "/checkpoint", "version", STORE_TEXT, ATT, "", "", "its version", NULL},
  {R, "/checkpoint", "abi", STORE_I32, ATT, "", "", "its binary interface", NULL},
  {R, "/checkpoint", "byte_order", STORE_TEXT, ATT, "", "", "of the state: little", NULL},
  {R, "/checkpoint", "evaluations", STORE_I64, ATT, "", "", "individuals evaluated so far", NULL},
  {R, "/checkpoint", "generation", STORE_I32, 0, "", "1", "generations done", NULL},
  {R, "/checkpoint", "seed", STORE_I64, 0, "", "1", "the run's seed", NULL},
  {R, "/checkpoint", "state_byte", STORE_F32, SCL | STORE_BARE, "state_byte", NULL, "length of the state", NULL},
  {R, "/checkpoint", "state", STORE_U8, 0, "state_byte", "1", "the optimizer's state, byte by byte; attribute crc32", NULL},
  {R, "/checkpoint", "*", STORE_ANY, OPT, NULL, NULL, "a part of the state that the optimizer declares", NULL},

  /* ---- evaluation ---- */
  {E, "/evaluation", "genome_source", STORE_TEXT, ATT, "", "", "file and data set of the genome", NULL},
  {E, "/evaluation", "genome_sha256", STORE_TEXT, ATT, "", "", "SHA-256 of its values, little-endian f32", NULL},
  {E, "/evaluation", "condition", STORE_TEXT, SCL, "condition", "1", "name of the condition", NULL},
  {E, "/evaluation", "rollout", STORE_I32, SCL, "rollout", "1", "rollout, from 0", NULL},
  {E, "/evaluation", "return", STORE_F64, 0, "condition rollout", "1", "return of the rollout, higher is better; NaN where it failed", NULL},
  {E, "/evaluation", "length", STORE_I32, 0, "condition rollout", "1", "steps of the rollout", NULL},
  {E, "/evaluation", "seed", STORE_I64, 0, "condition rollout", "1", "seed of its environment", NULL},
  {E, "/evaluation", "terminated", STORE_U8, 0, "condition rollout", "1", "whether the task ended it before its last step", YES_NO},
  {E, "/evaluation", "failed", STORE_U8, 0, "condition rollout", "1", "whether the simulation broke: the rollout is void", YES_NO},
  {E, "/evaluation", "condition_toml", STORE_TEXT, 0, "condition", "1", "the condition's settings, as TOML", NULL},

  /* ---- evaluation: recorded lifetimes ---- */
  {E, "/lifetimes/*", "condition", STORE_TEXT, ATT, "", "", "name of the condition", NULL},
  {E, "/lifetimes/*", "rollout", STORE_I32, ATT, "", "", "rollout, from 0", NULL},
  {E, "/lifetimes/*", "seed", STORE_I64, ATT, "", "", "seed of its environment", NULL},
  {E, "/lifetimes/*", "return", STORE_F64, ATT, "", "", "its return", NULL},
  {E, "/lifetimes/*", "dt", STORE_F64, ATT, "", "", "seconds of a step; 0 where time has no meaning", NULL},
  {E, "/lifetimes/*", "weight_stride", STORE_I32, ATT, "", "", "steps between two rows of weights", NULL},
  {E, "/lifetimes/*", "weight_keepbits", STORE_I32, ATT, "", "", "mantissa bits kept of a weight; 23: all", NULL},
  {E, "/lifetimes/*", "layers", STORE_TEXT, ATT, "", "", "names of the layers, by spaces", NULL},
  {E, "/lifetimes/*", "step", STORE_I32, SCL, "step", "1", "step of the life, from 0", NULL},
  {E, "/lifetimes/*", "weight_step", STORE_I32, SCL | OPT, "weight_step", "1", "the step of each row of weights; one more row follows the last step", NULL},
  {E, "/lifetimes/*", "*_pre", STORE_I32, SCL | OPT, "*_pre", "1", "presynaptic neuron of *, from 0", NULL},
  {E, "/lifetimes/*", "*_post", STORE_I32, SCL | OPT, "*_post", "1", "postsynaptic neuron of *, from 0", NULL},
  {E, "/lifetimes/*", "*_weight", STORE_F32, OPT, "weight_step *_pre *_post", "1", "weights of * that the forward pass of the step used", NULL},
  {E, "/lifetimes/*", "*_activation", STORE_F32, OPT, "step *_post", "1", "postsynaptic activity of *", NULL},
  {E, "/lifetimes/*", "observation_index", STORE_I32, SCL, "observation_index", "1", "number of an observation, from 0; attribute names has the names where there are any", NULL},
  {E, "/lifetimes/*", "observation", STORE_F32, 0, "step observation_index", "1", "what the network saw at the step", NULL},
  {E, "/lifetimes/*", "action_index", STORE_I32, SCL, "action_index", "1", "number of an action, from 0; attribute names has the names where there are any", NULL},
  {E, "/lifetimes/*", "action", STORE_F32, 0, "step action_index", "1", "what it did at the step", NULL},
  {E, "/lifetimes/*", "reward", STORE_F32, 0, "step", "1", "what it got for it", NULL},
  {E, "/lifetimes/*", "score", STORE_F32, OPT, "step", "1", "what fitness sums, where that is not the reward", NULL},
  {E, "/lifetimes/*", "*", STORE_ANY, OPT, NULL, NULL, "a quantity that the environment declares, after the step", NULL},

  /* ---- play ---- */
  {P, "/play", "dt", STORE_F64, ATT, "", "", "seconds of a step; 0 where time has no meaning", NULL},
  {P, "/play", "t", STORE_I32, SCL, "t", "1", "0: after the reset; row t is the state after step t", NULL},
  {P, "/play", "action_index", STORE_I32, SCL, "action_index", "1", "number of an action, from 0; attribute names has the names where there are any", NULL},
  {P, "/play", "action", STORE_F64, 0, "t action_index", "1", "action applied in step t; row 0: zeros, not applied", NULL},
  {P, "/play", "observation_index", STORE_I32, SCL, "observation_index", "1", "number of an observation, from 0; attribute names has the names where there are any", NULL},
  {P, "/play", "observation", STORE_F32, 0, "t observation_index", "1", "observation returned by reset (row 0) or step t", NULL},
  {P, "/play", "reward", STORE_F64, 0, "t", "1", "reward of step t; row 0: 0", NULL},
  {P, "/play", "score", STORE_F64, OPT, "t", "1", "what fitness sums, where that is not the reward", NULL},
  {P, "/play", "done", STORE_U8, 0, "t", "1", "how the episode stands after step t", DONE_NAMES},
  {P, "/play", "*", STORE_ANY, OPT, NULL, NULL, "a quantity that the environment declares, after step t", NULL},
  {0}
};
// clang-format on

/* Matches text against a pattern with at most one '*', which stands for at least one character. */
static bool matches(const char *pattern, const char *text, char *stem)
{
  const char *star = strchr(pattern, '*');
  stem[0] = '\0';
  if (!star)
    return strcmp(pattern, text) == 0;
  const size_t before = (size_t)(star - pattern), after = strlen(star + 1), length = strlen(text);
  if (length <= before + after || strncmp(pattern, text, before) != 0 ||
      strcmp(text + length - after, star + 1) != 0)
    return false;
  snprintf(stem, STORE_MAX_NAME, "%.*s", (int)(length - before - after), text + before);
  return strchr(stem, '/') == NULL;
}

const store_variable *store_schema_next(const store_variable *row, uint32_t kind, const char *group,
                                        const char *name, bool attribute, char *stem)
{
  char group_stem[STORE_MAX_NAME];
  for (row = row ? row + 1 : store_schema; row->name; row++)
    if ((row->kinds & kind) && attribute == ((row->flags & STORE_ATTRIBUTE) != 0) &&
        matches(row->group, group, group_stem) && matches(row->name, name, stem))
      return row;
  stem[0] = '\0';
  return NULL;
}

bool store_schema_in_group(const store_variable *row, uint32_t kind, const char *group)
{
  char stem[STORE_MAX_NAME];
  return (row->kinds & kind) && matches(row->group, group, stem);
}

void store_schema_expand(const char *pattern, const char *stem, char *out, size_t size)
{
  size_t n = 0;
  for (const char *c = pattern; *c && n + 1 < size; c++) {
    if (*c != '*')
      out[n++] = *c;
    else
      for (const char *s = stem; *s && n + 1 < size; s++)
        out[n++] = *s;
  }
  out[n] = '\0';
}

const char *store_kind_name(uint32_t kind)
{
  switch (kind) {
  case STORE_RUN: return "run";
  case STORE_EVALUATION: return "evaluation";
  case STORE_PLAY: return "play";
  case STORE_GENOME: return "genome";
  default: return "";
  }
}

uint32_t store_kind_of(const char *file_kind)
{
  for (uint32_t kind = STORE_RUN; kind <= STORE_GENOME; kind <<= 1)
    if (strcmp(file_kind, store_kind_name(kind)) == 0)
      return kind;
  return 0;
}

const char *store_type_name(store_type type)
{
  static const char *const name[] = {"any", "f32", "f64", "i32", "i64", "u8", "text"};
  return name[type];
}
