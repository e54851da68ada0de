/* experiment.h - one validated experiment: what TOML said, with every default filled in.
 *
 * After experiment_load no string of the file is interpreted any more.
 */
#ifndef HEBB_EXPERIMENT_H
#define HEBB_EXPERIMENT_H

#include "error.h"
#include "loader.h"

enum { EXPERIMENT_MAX_LAYER = 16, EXPERIMENT_MAX_CONVOLUTION = 8 };

/* ---- the host's tables; each has parameter rows in experiment_rows.c ---- */

typedef struct run_config { /* [run] */
  const char *name, *title; /* title: a sentence for people */
  int64_t seed, generations;
  int64_t seeds;            /* independent lives of a rule that learns by itself; 0: generations evolve */
  int32_t on_failure; /* enum on_failure */
  int32_t executor;   /* enum run_executor */
} run_config;
enum on_failure { ON_FAILURE_CONTINUE, ON_FAILURE_STOP };
enum run_executor { EXECUTOR_THREADS, EXECUTOR_PROCESS };

enum convolution_activation { CONVOLUTION_TANH, CONVOLUTION_RELU, CONVOLUTION_LINEAR };
/* Each list has a number for every layer, and is followed by its length. */
typedef struct convolution_config { /* [network.convolution], also as convolution = { ... } */
  int64_t channel[EXPERIMENT_MAX_CONVOLUTION]; /* outputs: key `channels` */
  int32_t n_channel;
  int64_t kernel[EXPERIMENT_MAX_CONVOLUTION];
  int32_t n_kernel;
  int64_t stride[EXPERIMENT_MAX_CONVOLUTION];
  int32_t n_stride;
  int64_t pool[EXPERIMENT_MAX_CONVOLUTION];
  int32_t n_pool;
  int32_t activation; /* enum convolution_activation */
} convolution_config;

enum activation { ACTIVATION_TANH, ACTIVATION_RELU, ACTIVATION_SIGMOID, ACTIVATION_LINEAR };
enum last_activation { LAST_ACTIVATION_ACTION, LAST_ACTIVATION_FIRST }; /* then as enum activation */
enum network_output { OUTPUT_ACTIVATED, OUTPUT_RAW };
enum network_action { NETWORK_ACTION_ENVIRONMENT, NETWORK_ACTION_FIRST }; /* then as hebb_action */
enum network_first { FIRST_DENSE, FIRST_RECURRENT, FIRST_LSTM };
typedef struct network_config { /* [network] */
  int64_t layer[EXPERIMENT_MAX_LAYER]; /* hidden layers, first to last: key `layers` */
  int32_t n_layer;
  int32_t first;           /* what the first hidden layer is: enum network_first */
  int32_t activation;      /* of the hidden layers: enum activation */
  int32_t last_activation; /* "action|tanh|relu|sigmoid|linear": action = what was sent to the world */
  int32_t output;          /* "activated|raw": the last layer's postsynaptic value */
  int32_t action;          /* "environment|clip|tanh|sigmoid|argmax|sample" */
  bool input_reward, input_action, input_time; /* inputs beside the observation (inputs.h) */
  bool non_negative;       /* hidden neurons never fire below zero */
  convolution_config convolution; /* before the dense layers */
} network_config;

enum weight_init {
  WEIGHT_UNIFORM,         /* U(low, high)                                   */
  WEIGHT_NORMAL,          /* N(mean, std)                                   */
  WEIGHT_XAVIER_UNIFORM,  /* U(+-gain sqrt(6 / (n_pre + n_post)))           */
  WEIGHT_KAIMING_UNIFORM, /* U(+-sqrt(6 / ((1 + slope^2) n_pre)))           */
  WEIGHT_FAN_IN_UNIFORM,  /* U(+-1 / sqrt(n_pre))                           */
  WEIGHT_SPARSE,          /* a share of each presynaptic neuron's weights is 0, the rest N(0, std) */
  WEIGHT_ONES,
  WEIGHT_ZEROS,
  WEIGHT_EVOLVED          /* part of the genome (role START, or WEIGHT where the rule never changes it) */
};
enum after_update {
  AFTER_UPDATE_NONE,
  AFTER_UPDATE_MAX_ABS,
  AFTER_UPDATE_CLIP,
  AFTER_UPDATE_VARIANCE,
  AFTER_UPDATE_UNIT_NORM,
  AFTER_UPDATE_SOFT_BOUND
};
enum weight_scope { SCOPE_LAYER, SCOPE_ROW, SCOPE_COLUMN };
enum dale { DALE_NONE, DALE_RANDOM, DALE_ALTERNATING };
typedef struct weights_config { /* [network.weights], also as weights = { ... } */
  int32_t init; /* enum weight_init */
  double low, high, mean, std, gain, slope, sparsity;
  int32_t after_update; /* enum after_update */
  double limit;         /* of clip and soft_bound */
  int32_t scope;        /* of max_abs, variance, unit_norm: enum weight_scope */
  int32_t dale;         /* enum dale: whether a presynaptic neuron's weights have one sign */
  double inhibitory;    /* fraction of presynaptic neurons whose weights are negative */
} weights_config;

enum rule_update { UPDATE_AFTER_STEP, UPDATE_IN_FORWARD };
enum rule_kernel { KERNEL_AUTO, KERNEL_PLAIN };
enum rule_share {
  RULE_SHARE_SYNAPSE,
  RULE_SHARE_NEURON,
  RULE_SHARE_LAYER,
  RULE_SHARE_NETWORK,
  RULE_SHARE_TABLE
};
enum rule_neuron { RULE_NEURON_POST, RULE_NEURON_PRE };
enum rule_assignment { ASSIGNMENT_RANDOM, ASSIGNMENT_MODULO, ASSIGNMENT_MERGE, ASSIGNMENT_EVOLVED };
typedef struct rule_config { /* [rule], beside the plugin's own keys */
  int32_t share, update, kernel;
  int32_t neuron;     /* of share = "neuron": which of a synapse's two                     */
  int64_t table;      /* of share = "table": its rows                                      */
  int32_t assignment; /* of share = "table": which row a synapse follows                   */
  int64_t merge_from, merge_every, merge_until; /* of assignment = "merge": generations done */
} rule_config;

enum genome_start { GENOME_NORMAL, GENOME_UNIFORM };
typedef struct genome_config { /* [genome]: where evolution begins */
  int32_t start; /* of coefficients: enum genome_start: N(mean, std) or U(low, high) */
  double mean, std, low, high;
  int32_t weight_start; /* of evolved weights: "fan_in_uniform|normal|uniform|zeros" */
  int32_t expression;   /* enum genome_expression */
  double expression_gain, expression_cut;
} genome_config;
enum genome_expression { EXPRESSION_LINEAR, EXPRESSION_CUBIC };
enum weight_start { WEIGHT_START_FAN_IN, WEIGHT_START_NORMAL, WEIGHT_START_UNIFORM, WEIGHT_START_ZEROS };

enum modulation_source {
  MODULATION_NONE,
  MODULATION_REWARD,
  MODULATION_LAYER_NEURON,
  MODULATION_NETWORK_NEURON,
  MODULATION_HIDDEN_NEURONS
};
enum modulation_reads { MODULATION_READS_POST, MODULATION_READS_PRE };
enum modulation_first { MODULATION_FIRST_FIXED, MODULATION_FIRST_PLASTIC };
enum modulation_when { MODULATION_WHEN_ALWAYS, MODULATION_WHEN_EVENT, MODULATION_WHEN_TRIAL_END };
enum modulation_gate_kind { MODULATION_GATE_MULTIPLY, MODULATION_GATE_NONE };
enum modulation_trace { MODULATION_TRACE_NONE, MODULATION_TRACE_FIRST, MODULATION_TRACE_LAST };
enum modulation_reset { MODULATION_RESET_LIFE, MODULATION_RESET_EPISODE, MODULATION_RESET_TRIAL };
enum modulation_bound { MODULATION_BOUND_NONE, MODULATION_BOUND_DECAY };
typedef struct modulation_config { /* [modulation]: the third factor (modulation.h) */
  int32_t source;             /* enum modulation_source */
  int32_t reads;              /* of a layer's neuron: enum modulation_reads */
  bool fan_out;               /* of a neuron: whether each postsynaptic neuron has a weight for it */
  int64_t neurons;            /* modulatory ones in each hidden layer */
  int32_t first_layer;        /* which they do not reach: enum modulation_first */
  double gain, baseline_rate; /* of reward */
  int32_t when;               /* enum modulation_when */
  int32_t gate;               /* enum modulation_gate_kind */
  int32_t trace, trace_reset; /* enum modulation_trace, modulation_reset */
  double trace_decay;
  int32_t bound;              /* enum modulation_bound */
} modulation_config;

typedef struct fitness_config { /* [fitness] */
  double l2;         /* penalty: l2 x mean of the squared coefficients, on what the optimizer gets */
  bool common_seeds; /* one generation's individuals share their worlds' seeds                    */
} fitness_config;

typedef struct lifetime_config { /* [lifetime] */
  int64_t episodes;  /* a life's return is their mean */
  bool keep_weights; /* false: every episode starts with fresh weights */
  int64_t solved_window; /* episodes whose mean return is compared with what the task counts as solved */
} lifetime_config;

typedef struct record_config { /* [record] */
  int64_t genome_every;  /* generations between two kept genomes; 0: only the last */
  int64_t centre_every;  /* generations between two evaluations of the centre; 0: never */
  int64_t rollouts;      /* lifetimes that evaluate records for each condition */
  int64_t weight_every;  /* steps between two recorded rows of weights */
  int64_t keepbits;      /* mantissa bits kept of recorded weights; 23: all */
} record_config;

typedef struct limits_config { /* [limits] */
  double memory;          /* MB that hebb itself may allocate */
  double rollout_seconds; /* 0: none; a safety net, marks the run as not deterministic */
} limits_config;

typedef struct evaluate_config { /* [evaluate] */
  int64_t rollouts;
  int64_t seed;
  bool leave_one_out;   /* hebb run makes a run for each task, which is trained on all others */
  const char *held_out; /* the task that this run is not trained on, while all others are; "": as their
                           `train` says */
} evaluate_config;

/* ---- plugins and tasks ---- */

typedef struct experiment_task { /* one [[task]]; without any, one task "default" with train = true */
  const char *name;
  bool train;
  void *env_config; /* of the environment plugin: [env] with this task's env.* on top */
} experiment_task;

/* ---- conditions: a task with events, for evaluations (condition.h) ---- */

enum event_kind {
  EVENT_FREEZE_RULE,
  EVENT_ZERO_WEIGHTS,
  EVENT_RESET_WEIGHTS,
  EVENT_SATURATE_OUTPUT,
  EVENT_SET_ENV,
  EVENT_SWAP_TASK,
  EVENT_SHUFFLE_COEFFICIENTS,
  EVENT_RANDOM_COEFFICIENTS
};
enum { EXPERIMENT_MAX_AT = 64 };
typedef struct experiment_event { /* one [[condition.event]] */
  int32_t kind;                  /* enum event_kind */
  int64_t at[EXPERIMENT_MAX_AT]; /* decisions of the life, from 0; several: a sweep */
  int32_t n_at;
  int64_t until;                 /* exclusive; 0: to the end of the life */
  int64_t layer;                 /* -1: all */
  double fraction, value;
  const char *task;              /* of swap_task */
  int32_t other_task;            /* the same, found */
  void *env_config;              /* of set_env: the condition's task with the event's env.* on top */
} experiment_event;

typedef struct experiment_condition { /* one [[condition]] */
  const char *name, *task;            /* task NULL: the first */
  int32_t task_index;
  experiment_event *event; /* [n_event] in the order in which they are applied */
  int32_t n_event;
} experiment_condition;

typedef struct experiment {
  run_config run;
  network_config network;
  weights_config weights;
  rule_config rule_host;
  genome_config genome;
  modulation_config modulation;
  fitness_config fitness;
  lifetime_config lifetime;
  record_config record;
  limits_config limits;
  evaluate_config evaluate;
  int64_t population; /* [optimizer] population */

  loaded env, rule, optimizer;
  const hebb_env *env_plugin; /* the same descriptors, by their own types */
  const hebb_rule *rule_plugin;
  const hebb_optimizer *optimizer_plugin;
  void *rule_config, *optimizer_config;

  experiment_task *task; /* [n_task] */
  int32_t n_task;
  experiment_condition *condition; /* [n_condition] */
  int32_t n_condition;

  char *resolved;      /* TOML with every default; loading it again gives the same experiment */
  char *source;        /* the file(s) as the user wrote them, each after a comment with its name */
  char **override;     /* [n_override] the --set arguments */
  int32_t n_override;
  char sha256[65];     /* of resolved */
  void *memory;        /* whatever else it owns */
} experiment;

/* Loads and checks a file; ALL that is wrong with it goes into err. name: a path, or the name of an
   installed experiment. override: "key.key=value" each; they have the last word: "env.KEY=VALUE"
   holds in every task, whatever the file's [[task]] says. */
int experiment_load(const char *name, const char *const *override, int32_t n_override,
                    experiment **out, error *err);
/* The same from text (a run's stored TOML); base: folder for relative plugin paths. */
int experiment_load_text(const char *text, const char *label, const char *base,
                         const char *const *override, int32_t n_override, experiment **out,
                         error *err);
void experiment_free(experiment *experiment);

/* Begins a sentence about `what` with the place where a key ("network.action") was given:
   "first.toml:12:1: network.action", "--set network.action"; `what` alone where the key has its
   default or the experiment comes from no file. */
enum { EXPERIMENT_WHERE_SIZE = 640 };
const char *experiment_where(const experiment *experiment, const char *key, const char *what,
                             char buffer[EXPERIMENT_WHERE_SIZE]);
/* The same for a task: "first.toml:20:1: task 'intact': ant". The place is that of its [[task]];
   without any, that of [env]'s plugin. */
const char *experiment_where_task(const experiment *experiment, int32_t task,
                                  char buffer[EXPERIMENT_WHERE_SIZE]);

/* The same for an event of a condition: "first.toml:40:3: condition 'lesion': zero_weights". */
const char *experiment_where_event(const experiment *experiment, int32_t condition, int32_t event,
                                   char buffer[EXPERIMENT_WHERE_SIZE]);

/* One of the host's tables: name ("run"), one sentence, rows. For `hebb describe` and the manual. */
typedef struct experiment_table {
  const char *name, *doc;
  const hebb_param *rows;
  size_t offset, size; /* of its struct in experiment */
} experiment_table;
extern const experiment_table experiment_tables[]; /* ends with name NULL */
const experiment_table *experiment_table_find(const char *name);
extern const hebb_param experiment_task_rows[]; /* of [[task]]; its env.* are the environment's */
extern const hebb_param experiment_condition_rows[]; /* of [[condition]] */
extern const hebb_param experiment_event_rows[]; /* of [[condition.event]]; env.* likewise */

/* Whether an event of this kind takes a key ("fraction", "env"). */
bool experiment_event_takes(int32_t kind, const char *key);
/* The word of a kind: "zero_weights". */
enum { EXPERIMENT_WORD_SIZE = 32 };
const char *experiment_event_word(int32_t kind, char word[EXPERIMENT_WORD_SIZE]);

/* Every installed experiment, by its name without ".toml". */
void experiment_scan(void (*each)(const char *name, const char *path, void *arg), void *arg);

/* The TOML of one task alone ("[env]" with its values), for evaluation files; caller frees. */
char *experiment_task_toml(const experiment *experiment, int32_t task);
/* The same with one condition behind it; at: the one step of its sweep. */
char *experiment_condition_toml(const experiment *experiment, int32_t condition, int64_t at);

/* A plugin's config from --set arguments alone ("env.KEY=VALUE" with prefix "env"): for play and vet.
   *config is malloc'ed; texts in it point into the arguments. */
int experiment_plugin_config(const hebb_plugin *plugin, const char *prefix,
                             const char *const *override, int32_t n_override, void **config,
                             error *err);

#endif
