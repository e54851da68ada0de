/* experiment_rows.c - the host's tables: every key, its default, its range and what it means. */
#include <string.h>

#include "experiment_tree.h"
#include "param.h"

#define LARGEST_SEED 9007199254740991.0 /* 2^53 - 1: exact in every reader of HDF5 */

static const hebb_param run_rows[] = {
  HEBB_TEXT(run_config, name, NULL,
            "What the run and its folder are called; left out: the name of the experiment's file."),
  HEBB_TEXT(run_config, title, "", "A sentence for people; it is copied to every file."),
  HEBB_PARAM(run_config, seed, 1, 0, LARGEST_SEED, "",
             "Every random number of the run follows from it."),
  HEBB_PARAM(run_config, generations, 100, 1, 1e7, "1", "Generations to evolve."),
  HEBB_PARAM(
      run_config, seeds, 0, 0, 1e6, "1",
      "Independent lives of a rule that learns by itself (optimizer \"none\"): one generation of "
      "so many, whatever generations and optimizer.population say; 0: evolution."),
  HEBB_CHOICE(
      run_config, on_failure, "continue|stop",
      "What follows when a life fails: it ranks last and the run continues, or the run stops."),
  HEBB_CHOICE(
      run_config, executor, "threads|process",
      "What lives are lived in: threads of one process; process: a process for each worker, "
      "so that a plugin that crashes, exits, hangs or eats memory fails one life."),
  { 0 }
};

/* clang-format off */
static const hebb_param network_rows[] = {
  { .key = "layers", .type = HEBB_TYPE_INTEGER, .offset = offsetof(network_config, layer),
    .count = EXPERIMENT_MAX_LAYER, .flags = PARAM_LIST, .min = 1, .max = 65536,
    .choices = "128, 64", .unit = "1",
    .doc = "Neurons in each hidden layer, first to last; [] joins observation and action "
    "directly." },
  HEBB_CHOICE(network_config, first, "dense|recurrent|lstm",
              "What the first hidden layer is; recurrent: its own activity one step earlier is "
              "among its inputs; lstm: evolved, and left alone by the rule."),
  HEBB_CHOICE(network_config, activation, "tanh|relu|sigmoid|linear",
              "Activation function of the hidden layers."),
  HEBB_CHOICE(network_config, last_activation, "action|tanh|relu|sigmoid|linear",
              "Activation function of the last layer; action: what was sent to the world."),
  HEBB_CHOICE(network_config, output, "activated|raw",
              "Which value of the last layer the rule takes as postsynaptic: after its activation "
              "function, or before."),
  HEBB_CHOICE(network_config, action, "environment|clip|tanh|sigmoid|argmax|sample",
              "How the last layer's output becomes an action; environment: as the environment "
              "proposes "
              "for each output."),
  HEBB_PARAM(network_config, input_reward, 0, 0, 1, "",
             "Whether the reward of the step before is an input beside the observation."),
  HEBB_PARAM(network_config, input_action, 0, 0, 1, "",
             "Whether the action of the step before is one; of a discrete one, an input for each "
             "choice."),
  HEBB_PARAM(network_config, input_time, 0, 0, 1, "",
             "Whether the time is one: 0 when an episode starts, 1 at its longest."),
  HEBB_PARAM(network_config, non_negative, 0, 0, 1, "",
             "Whether what hidden neurons make of their drive is cut off at zero, so that they "
             "have rates."),
  { 0 }
};

#define CONVOLUTION_LIST(key_, member, most, unit_, doc_)                                          \
  { .key = key_, .type = HEBB_TYPE_INTEGER, .offset = offsetof(convolution_config, member),        \
    .count = EXPERIMENT_MAX_CONVOLUTION, .flags = PARAM_LIST, .min = 1, .max = most,               \
    .choices = "", .unit = unit_, .doc = doc_ }
static const hebb_param convolution_rows[] = {
  CONVOLUTION_LIST("channels", channel, 4096, "1",
    "Output channels of each convolution, first to last; []: none, the picture itself goes to the "
    "first dense layer."),
  CONVOLUTION_LIST("kernel", kernel, 1024, "1", "Side of each convolution's square of weights, in pixels."),
  CONVOLUTION_LIST("stride", stride, 1024, "1", "Pixels from one square to the next."),
  CONVOLUTION_LIST("pool", pool, 1024, "1",
    "Side of the squares of which only the largest value is kept; 1: no pooling. What fills no "
    "square is dropped."),
  HEBB_CHOICE(convolution_config, activation, "tanh|relu|linear",
              "Activation function of every convolution."),
  { 0 }
};
/* clang-format on */

static const hebb_param weights_rows[] = {
  HEBB_CHOICE(
      weights_config, init,
      "uniform|normal|xavier_uniform|kaiming_uniform|fan_in_uniform|sparse|ones|zeros|evolved",
      "Distribution of the weights at the start of a life; evolved: part of the genome."),
  HEBB_PARAM(weights_config, low, -0.1, -1e6, 1e6, "1", "uniform: lower end."),
  HEBB_PARAM(weights_config, high, 0.1, -1e6, 1e6, "1", "uniform: upper end."),
  HEBB_PARAM(weights_config, mean, 0, -1e6, 1e6, "1", "normal: mean."),
  HEBB_PARAM(weights_config, std, 0.024, 0, 1e6, "1", "normal and sparse: standard deviation."),
  HEBB_PARAM(weights_config, gain, 0.3, 0, 1e6, "1",
             "xavier_uniform: factor on sqrt(6 / (pre + post))."),
  HEBB_PARAM(weights_config, slope, 3, 0, 1e6, "1",
             "kaiming_uniform: a in sqrt(6 / ((1 + a^2) pre))."),
  HEBB_PARAM(weights_config, sparsity, 0.8, 0, 1, "1",
             "sparse: fraction of each presynaptic neuron's weights that are zero."),
  HEBB_CHOICE(
      weights_config, after_update, "none|max_abs|clip|variance|unit_norm|soft_bound",
      "What is done to a layer's weights after every update; max_abs: divide by the largest "
      "magnitude; variance: zero mean, unit variance; unit_norm: Euclidean norm 1; soft_bound: the "
      "nearer a weight is to its limit, the less it moves there."),
  HEBB_CHOICE(weights_config, scope, "layer|row|column",
              "Which weights max_abs, variance and unit_norm take together: all of a layer, those "
              "of one presynaptic neuron (row), those of one postsynaptic neuron (column)."),
  HEBB_PARAM(weights_config, limit, 1, 0, 1e6, "1",
             "clip and soft_bound: largest magnitude of a weight."),
  HEBB_CHOICE(weights_config, dale, "none|random|alternating",
              "Dale's law: all weights of a presynaptic neuron have one sign, drawn from the run's "
              "seed or alternating; what would cross zero stays there."),
  HEBB_PARAM(weights_config, inhibitory, 0.2, 0, 1, "1",
             "dale: fraction of presynaptic neurons whose weights are negative."),
  { 0 }
};

static const hebb_param rule_rows[] = {
  HEBB_CHOICE(
      rule_config, share, "synapse|neuron|layer|network|table",
      "Who has coefficients of its own: every synapse, every neuron, every layer, the network as a "
      "whole, or every row of a table of rules, one of which each synapse follows."),
  HEBB_CHOICE(rule_config, neuron, "post|pre",
              "share = \"neuron\": which neuron's coefficients a synapse has, the postsynaptic or "
              "the presynaptic one's."),
  HEBB_PARAM(rule_config, table, 1, 1, 1e7, "1", "share = \"table\": rules in the table."),
  HEBB_CHOICE(rule_config, assignment, "random|modulo|merge|evolved",
              "share = \"table\": which rule a synapse follows: drawn once from the run's seed; "
              "the synapse's number modulo table; one of its own, merged with others until table "
              "rules are left; evolved is what optimizer gmm_es does, with share = \"synapse\"."),
  HEBB_PARAM(rule_config, merge_from, 100, 1, 1e9, "generation",
             "assignment = \"merge\": generations before rules are merged first."),
  HEBB_PARAM(rule_config, merge_every, 100, 1, 1e9, "generation",
             "assignment = \"merge\": generations from one merge to the next; each leaves the same "
             "fraction of the rules."),
  HEBB_PARAM(rule_config, merge_until, 1000, 1, 1e9, "generation",
             "assignment = \"merge\": generations after which no merge follows: table rules are "
             "left."),
  HEBB_CHOICE(
      rule_config, update, "after_step|in_forward",
      "When weights change: after the world has stepped, or within the forward pass, layer by "
      "layer."),
  HEBB_CHOICE(rule_config, kernel, "auto|plain",
              "auto: update and next forward pass in one sweep where rule and experiment allow; "
              "plain: one after the other, in the rule's own order of operations."),
  { 0 }
};

typedef struct optimizer_host {
  int64_t population;
} optimizer_host;
static const hebb_param optimizer_rows[] = {
  HEBB_PARAM(optimizer_host, population, 200, 1, 1e6, "1", "Individuals in a generation."), { 0 }
};

static const hebb_param genome_rows[] = {
  HEBB_CHOICE(genome_config, start, "normal|uniform",
              "Distribution of the coefficients where evolution begins."),
  HEBB_PARAM(genome_config, mean, 0, -1e6, 1e6, "1", "normal: mean."),
  HEBB_PARAM(genome_config, std, 1, 0, 1e6, "1", "normal: standard deviation."),
  HEBB_PARAM(genome_config, low, -1, -1e6, 1e6, "1", "uniform: lower end."),
  HEBB_PARAM(genome_config, high, 1, -1e6, 1e6, "1", "uniform: upper end."),
  HEBB_CHOICE(genome_config, weight_start, "fan_in_uniform|normal|uniform|zeros",
              "Distribution of evolved weights where evolution begins; fan_in_uniform: "
              "U(+-1 / sqrt(pre)), normal and uniform: as above. Of convolutions too, and of an "
              "LSTM, where pre are its units."),
  HEBB_CHOICE(genome_config, expression, "linear|cubic",
              "What a gene g stands for: linear: g itself; cubic: expression_gain g^3, and 0 where "
              "that is below expression_cut."),
  HEBB_PARAM(genome_config, expression_gain, 10, 1e-6, 1e6, "1",
             "cubic: what a gene of 1 becomes."),
  HEBB_PARAM(genome_config, expression_cut, 0.1, 0, 1e6, "1",
             "cubic: smallest magnitude; anything smaller is 0."),
  { 0 }
};

static const hebb_param modulation_rows[] = {
  HEBB_CHOICE(modulation_config, source, "none|reward|layer_neuron|network_neuron|hidden_neurons",
              "Where the third factor m comes from: reward minus its running mean, an evolved "
              "neuron for each layer, one for the network, or some neurons of each hidden layer, "
              "which gate the layer after it."),
  HEBB_CHOICE(modulation_config, reads, "post|pre",
              "layer_neuron: the activity that it reads, of the layer's postsynaptic or of its "
              "presynaptic neurons."),
  HEBB_PARAM(modulation_config, fan_out, true, 0, 1, "",
             "layer_neuron and network_neuron: whether each postsynaptic neuron has an evolved "
             "weight and bias for it; otherwise m is the same for all."),
  HEBB_PARAM(modulation_config, neurons, 1, 1, 65536, "1",
             "hidden_neurons: how many of each hidden layer modulate, the last ones."),
  HEBB_CHOICE(modulation_config, first_layer, "fixed|plastic",
              "hidden_neurons: the first layer, which has no modulatory inputs: m is 0, or 1."),
  HEBB_PARAM(modulation_config, gain, 1, -1e6, 1e6, "1", "reward: factor on it."),
  HEBB_PARAM(modulation_config, baseline_rate, 0.1, 0, 1, "1",
             "reward: share of what is new in the running mean that is taken off, one for each "
             "context of the world; 0: nothing is taken off."),
  HEBB_CHOICE(modulation_config, when, "always|event|trial_end",
              "Steps at which m is not 0: all, or those that the world marks."),
  HEBB_CHOICE(modulation_config, gate, "multiply|none",
              "multiply: the change of every weight is m times what the rule says. A rule that "
              "reads the modulator itself is never gated."),
  HEBB_CHOICE(modulation_config, trace, "none|first|last",
              "Eligibility trace e between the rule's change d and the gate, e = decay e + d: "
              "first: e takes d in, then w += m e; last: w += m e with the e of before."),
  HEBB_PARAM(modulation_config, trace_decay, 0.9, 0, 1, "1", "What remains of e after a step."),
  HEBB_CHOICE(modulation_config, trace_reset, "life|episode|trial",
              "e is 0 at the start of a life; of every episode; or after every trial as well."),
  HEBB_CHOICE(modulation_config, bound, "none|decay",
              "none: w += m d; decay: w += m (d - w). Hard and soft bounds: "
              "network.weights.after_update = \"clip\" and \"soft_bound\"."),
  { 0 }
};

static const hebb_param fitness_rows[] = {
  HEBB_PARAM(
      fitness_config, l2, 0, 0, 1e6, "1",
      "Penalty: this times the mean squared coefficient is taken off what the optimizer gets; "
      "files "
      "hold the return itself."),
  HEBB_PARAM(fitness_config, common_seeds, 0, 0, 1, "",
             "Whether all individuals of a generation live in equally seeded worlds."),
  { 0 }
};

static const hebb_param lifetime_rows[] = {
  HEBB_PARAM(lifetime_config, episodes, 1, 1, 1e6, "1",
             "Episodes in a life; its return is their mean."),
  HEBB_PARAM(lifetime_config, keep_weights, 0, 0, 1, "",
             "Whether weights live on from episode to episode, instead of being drawn afresh."),
  HEBB_PARAM(
      lifetime_config, solved_window, 100, 1, 1e6, "1",
      "Episodes in a row whose mean return is compared with that from which the task counts as "
      "solved."),
  { 0 }
};

static const hebb_param record_rows[] = {
  HEBB_PARAM(record_config, genome_every, 10, 0, 1e7, "1",
             "Generations between two kept genomes; 0: only the last."),
  HEBB_PARAM(record_config, centre_every, 0, 0, 1e7, "1",
             "Generations between two evaluations of the optimizer's centre; 0: never."),
  HEBB_PARAM(record_config, rollouts, 0, 0, 1000, "1",
             "Lifetimes that an evaluation records for each task, when it is asked to."),
  HEBB_PARAM(record_config, weight_every, 10, 1, 1e9, "1",
             "Steps between two recorded rows of weights."),
  HEBB_PARAM(record_config, keepbits, 23, 1, 23, "1",
             "Bits of mantissa kept of recorded weights; 23: all."),
  { 0 }
};

static const hebb_param limits_rows[] = {
  HEBB_PARAM(limits_config, memory, 4096, 1, 1e9, "MB", "What hebb itself may allocate."),
  HEBB_PARAM(limits_config, rollout_seconds, 0, 0, 1e6, "s",
             "Longest time for one life; 0: none. Where it strikes, the run is not reproducible."),
  { 0 }
};

static const hebb_param evaluate_rows[] = {
  HEBB_PARAM(evaluate_config, rollouts, 100, 1, 1e6, "1", "Lives in every task."),
  HEBB_PARAM(evaluate_config, seed, 1, 0, LARGEST_SEED, "", "Seed of the evaluation."),
  HEBB_PARAM(
      evaluate_config, leave_one_out, 0, 0, 1, "",
      "Whether hebb run makes a fold for each task: a run that is trained on all the others, and its "
      "evaluation in all; what tasks say of train is then not used."),
  HEBB_TEXT(
      evaluate_config, held_out, "",
      "The one task that the run is not trained on, while it is trained on all others, whatever tasks "
      "say of train; empty: as they say. A fold of leave_one_out sets it."),
  { 0 }
};

const hebb_param experiment_task_rows[] = {
  HEBB_TEXT(experiment_task, name, NULL, "What the task is called, in files and messages."),
  HEBB_PARAM(experiment_task, train, 0, 0, 1, "",
             "Whether evolution sees it; otherwise it is only evaluated."),
  { 0 }
};

// clang-format off
const hebb_param experiment_condition_rows[] = {
  HEBB_TEXT(experiment_condition, name, NULL,
            "What the condition is called, in files and tables; a sweep's are called \"NAME at 40\"."),
  HEBB_TEXT(experiment_condition, task, NULL, "The task that is lived in; left out: the first."),
  { 0 }
};

const hebb_param experiment_event_rows[] = {
  HEBB_CHOICE(experiment_event, kind,
              "freeze_rule|zero_weights|reset_weights|saturate_output|set_env|swap_task|"
              "shuffle_coefficients|random_coefficients",
              "What is done; it has no default."),
  { .key = "at", .type = HEBB_TYPE_INTEGER, .offset = offsetof(experiment_event, at),
    .count = EXPERIMENT_MAX_AT, .flags = PARAM_LIST, .min = 0, .max = INT32_MAX - 1, .choices = "",
    .unit = "decision",
    .doc = "The decision of the life before which it happens, 0: before the first. Several: a "
    "sweep, a condition for each." },
  HEBB_PARAM(experiment_event, until, 0, 0, INT32_MAX, "decision",
             "freeze_rule and saturate_output: the decision before which it ends; 0: it lasts to "
             "the end of the life."),
  HEBB_PARAM(experiment_event, layer, -1, -1, EXPERIMENT_MAX_LAYER, "1",
             "freeze_rule, zero_weights, reset_weights, shuffle_coefficients, random_coefficients: "
             "the layer, from 0; -1: all."),
  HEBB_OPTIONAL(experiment_event, fraction, 0, 1, "1",
                "zero_weights: of each layer's weights the fraction that becomes 0, drawn anew in "
                "every life."),
  HEBB_PARAM(experiment_event, value, 1, -1e6, 1e6, "1",
             "saturate_output: what every output is, for the world and for the rule."),
  HEBB_TEXT(experiment_event, task, NULL, "swap_task: the task whose world the life goes on in."),
  { 0 }
};
// clang-format on

#define TABLE(name_, member, rows_, doc_)                                                          \
  {                                                                                                \
    name_, doc_, rows_, offsetof(experiment, member), sizeof(((experiment *)0)->member)            \
  }
const experiment_table experiment_tables[] = {
  TABLE("run", run, run_rows, "The run as a whole."),
  TABLE("network", network, network_rows, "The network between observation and action."),
  TABLE("network.convolution", network.convolution, convolution_rows,
        "Convolutions with max pooling between a picture and the first dense layer; their weights "
        "are evolved and do not change in life. Every list has a number for each of them."),
  TABLE("network.weights", weights, weights_rows,
        "The weights when a life begins, and after every update."),
  TABLE("rule", rule_host, rule_rows,
        "The learning rule: plugin names it, its own parameters stand beside these."),
  TABLE("optimizer", population, optimizer_rows,
        "What evolves the genome: plugin names it, its own parameters stand beside this."),
  TABLE("genome", genome, genome_rows, "Where evolution begins."),
  TABLE("modulation", modulation, modulation_rows,
        "A third factor for the learning rule: neuromodulation."),
  TABLE("fitness", fitness, fitness_rows, "What is maximised."),
  TABLE("lifetime", lifetime, lifetime_rows, "From fresh weights to the end."),
  TABLE("record", record, record_rows, "What is kept of a run and of a life."),
  TABLE("limits", limits, limits_rows, "What a run may take."),
  TABLE("evaluate", evaluate, evaluate_rows, "The test after evolution."),
  { NULL, NULL, NULL, 0, 0 }
};

const experiment_table *experiment_table_find(const char *name)
{
  for (const experiment_table *table = experiment_tables; table->name; table++)
    if (strcmp(table->name, name) == 0)
      return table;
  return NULL;
}
