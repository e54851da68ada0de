/* store_plugins.c - a group for each plugin with its parameters, from their rows; and /network. */
#include "store_hdf5.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "param.h"

static store_type type_of_row(const hebb_param *row)
{
  switch (row->type) {
  case HEBB_TYPE_REAL: return STORE_F64;
  case HEBB_TYPE_INTEGER: return STORE_I64;
  case HEBB_TYPE_BOOLEAN: return STORE_U8;
  default: return STORE_TEXT;
  }
}

/* The default beside the value: of every element where there are several. */
static void note_default(store_group *group, const hebb_param *row)
{
  const int64_t whole = (int64_t)row->def;
  const uint8_t flag = row->def != 0;
  char buffer[256];
  const char *word = row->choices;
  switch (row->type) {
  case HEBB_TYPE_REAL: store_note(group, row->key, "default", STORE_F64, 0, &row->def); break;
  case HEBB_TYPE_INTEGER: store_note(group, row->key, "default", STORE_I64, 0, &whole); break;
  case HEBB_TYPE_BOOLEAN: store_note(group, row->key, "default", STORE_U8, 0, &flag); break;
  case HEBB_TYPE_CHOICE: word = param_choice(row, 0, buffer, sizeof buffer); // falls through
  default: store_note(group, row->key, "default", STORE_TEXT, 0, &word); break;
  }
}

static void put_parameter(store_group *group, const hebb_param *rows, const hebb_param *row,
                          const void *config)
{
  char dim[STORE_MAX_NAME] = "", word[256];
  double *real = malloc(row->count * sizeof *real);
  int64_t *whole = malloc(row->count * sizeof *whole);
  if (!real || !whole) {
    store_no_memory(group->writer, row->key);
  } else {
    if (row->count > 1) {
      snprintf(dim, sizeof dim, "%.80s_index", row->key);
      if (param_find(rows, dim)) // taken by another parameter
        snprintf(dim, sizeof dim, "%.80s_element_number", row->key);
      store_scale(group, dim, row->count);
    }
    const store_variable v = { .name = row->key,
                               .type = type_of_row(row),
                               .dims = dim,
                               .unit = row->unit,
                               .doc = row->doc,
                               .meanings = row->type == HEBB_TYPE_BOOLEAN ? "no yes" : NULL };
    const bool number = row->type == HEBB_TYPE_REAL || row->type == HEBB_TYPE_INTEGER;
    for (uint32_t i = 0; number && i < row->count; i++) {
      real[i] = param_real(row, config, i);
      whole[i] = row->type == HEBB_TYPE_INTEGER ? (int64_t)real[i] : 0;
    }
    const double first = row->type == HEBB_TYPE_TEXT ? 0 : param_real(row, config, 0);
    const uint8_t flag = first != 0;
    const char *text = row->type == HEBB_TYPE_TEXT ? param_text(row, config)
                       : row->type == HEBB_TYPE_CHOICE
                           ? param_choice(row, (int32_t)first, word, sizeof word)
                           : "";
    store_put_declared(group, &v,
                       row->type == HEBB_TYPE_REAL      ? (const void *)real
                       : row->type == HEBB_TYPE_INTEGER ? (const void *)whole
                       : row->type == HEBB_TYPE_BOOLEAN ? (const void *)&flag
                                                        : (const void *)&text);
    note_default(group, row);
  }
  free(real);
  free(whole);
}

void store_put_plugin(store_writer *writer, const char *role, const loaded *plugin,
                      const void *config, const char *task)
{
  char path[STORE_MAX_NAME];
  const hebb_plugin *p = plugin->plugin;
  snprintf(path, sizeof path, "/plugins/%s", role);
  store_group group = store_open_group(writer, path);
  store_attribute_text(&group, "name", p->name);
  store_attribute_text(&group, "version", p->version);
  store_attribute_integer(&group, "abi", p->abi);
  store_attribute_text(&group, "path", plugin->path);
  store_attribute_text(&group, "sha256", plugin->sha256);
  store_attribute_text(&group, "description", p->brief);
  store_attribute_text(&group, "cite", p->cite);
  if (task)
    store_attribute_text(&group, "task", task);
  for (const hebb_param *row = p->params; config && row && row->key; row++)
    put_parameter(&group, p->params, row, config);
  store_close_group(&group);
}

void store_put_plugins(store_writer *writer, const experiment *e)
{
  // tasks differ in what they set; config_toml has all of them, the group shows the first trained
  int32_t task = 0;
  for (int32_t t = e->n_task; t-- > 0;)
    if (e->task[t].train)
      task = t;
  store_group plugins = store_open_group(writer, "/plugins");
  store_close_group(&plugins);
  store_put_plugin(writer, "environment", &e->env, e->task[task].env_config, e->task[task].name);
  store_put_plugin(writer, "rule", &e->rule, e->rule_config, NULL);
  store_put_plugin(writer, "optimizer", &e->optimizer, e->optimizer_config, NULL);
}

/* The end of the first paper of a list; the next one, if any, begins 2 characters later. */
static size_t paper_length(const char *list)
{
  const char *end = strstr(list, "; ");
  return end ? (size_t)(end - list) : strlen(list);
}

static const char *next_paper(const char *paper)
{
  const char *end = paper + paper_length(paper);
  return *end ? end + 2 : end;
}

static bool is_cited(const char *cite, const char *paper)
{
  const size_t length = paper_length(paper);
  for (; *cite; cite = next_paper(cite))
    if (paper_length(cite) == length && strncmp(cite, paper, length) == 0)
      return true;
  return false;
}

void store_cite(const experiment *e, char *cite, size_t size)
{
  const hebb_plugin *plugin[] = { e->rule.plugin, e->env.plugin, e->optimizer.plugin };
  size_t n = 0;
  cite[0] = '\0';
  for (int k = 0; k < 3; k++)
    for (const char *paper = plugin[k]->cite; paper && *paper; paper = next_paper(paper))
      if (n < size && !is_cited(cite, paper))
        n += (size_t)snprintf(cite + n, size - n, "%s%.*s", n ? "; " : "", (int)paper_length(paper),
                              paper);
}

/* A layer's activation function; of the last layer one word for each output where they differ.
   malloc'ed; NULL: no memory. */
static char *activation_words(const layer_info *layer)
{
  static const char *const action[] = { [HEBB_ACTION_CLIP] = "clip",
                                        [HEBB_ACTION_TANH] = "tanh",
                                        [HEBB_ACTION_SIGMOID] = "sigmoid",
                                        [HEBB_ACTION_ARGMAX] = "argmax",
                                        [HEBB_ACTION_SAMPLE] = "sample" };
  const uint32_t *map = layer->action_map;
  int32_t n = 1;
  if (!map)
    return strdup(layer->activation);
  for (int32_t k = 1; k < layer->n_post; k++)
    if (map[k] != map[0])
      n = layer->n_post;
  const size_t word = sizeof "sigmoid", size = (size_t)n * word;
  char *text = malloc(size);
  for (int32_t k = 0, length = 0; text && k < n; k++)
    length += snprintf(text + length, size - (size_t)length, "%s%s", k ? " " : "", action[map[k]]);
  return text;
}

/* What comes before the dense layers, along a dimension of its own. */
static void put_convolutions(store_group *group, const convolution *c)
{
  static const char *const activation[] = {
    [CONVOLUTION_TANH] = "tanh", [CONVOLUTION_RELU] = "relu", [CONVOLUTION_LINEAR] = "linear"
  };
  static const struct {
    const char *name;
    size_t offset;
  } number[] = { { "n_in_channel", offsetof(convolution_layer, n_in) },
                 { "n_out_channel", offsetof(convolution_layer, n_out) },
                 { "kernel", offsetof(convolution_layer, kernel) },
                 { "stride", offsetof(convolution_layer, stride) },
                 { "pool", offsetof(convolution_layer, pool) },
                 { "out_height", offsetof(convolution_layer, out_height) },
                 { "out_width", offsetof(convolution_layer, out_width) } };
  char name[EXPERIMENT_MAX_CONVOLUTION][16];
  const char *text[2][EXPERIMENT_MAX_CONVOLUTION];
  int32_t value[EXPERIMENT_MAX_CONVOLUTION];

  if (!c || c->n_layer == 0)
    return;
  for (int32_t k = 0; k < c->n_layer; k++) {
    snprintf(name[k], sizeof name[k], "conv%d", k);
    text[0][k] = name[k];
    text[1][k] = activation[c->activation];
  }
  store_scale(group, "convolution", c->n_layer);
  store_put(group, "convolution_name", text[0]);
  for (size_t i = 0; i < sizeof number / sizeof number[0]; i++) {
    for (int32_t k = 0; k < c->n_layer; k++)
      memcpy(&value[k], (const char *)&c->layer[k] + number[i].offset, sizeof value[k]);
    store_put(group, number[i].name, value);
  }
  store_put(group, "convolution_activation", text[1]);
}

void store_put_network(store_writer *writer, const layer_info *layer, int32_t n_layer,
                       const convolution *before)
{
  if (n_layer <= 0)
    return;
  const size_t n = (size_t)n_layer;
  const char **text = calloc(2 * n, sizeof *text);
  char **activation = calloc(n + 1, sizeof *activation);
  int32_t *size = calloc(3 * n, sizeof *size);
  bool modulatory = false;
  uint8_t *plastic = calloc(n, sizeof *plastic);
  bool missing = !text || !activation || !size || !plastic;
  for (size_t i = 0; !missing && i < n; i++)
    missing = !(activation[i] = activation_words(&layer[i]));
  if (missing) {
    store_no_memory(writer, "/network");
  } else {
    for (size_t i = 0; i < n; i++) {
      text[i] = layer[i].name;
      text[n + i] = layer[i].kind;
      size[i] = layer[i].n_post;
      size[n + i] = layer[i].n_pre;
      size[2 * n + i] = layer[i].n_modulatory;
      modulatory = modulatory || layer[i].n_modulatory > 0;
      plastic[i] = layer[i].plastic;
    }
    store_group group = store_open_group(writer, "/network");
    store_scale(&group, "layer", n_layer);
    store_put(&group, "layer_name", text);
    store_put(&group, "layer_kind", text + n);
    store_put(&group, "n_post", size);
    store_put(&group, "n_pre", size + n);
    if (modulatory)
      store_put(&group, "n_modulatory", size + 2 * n);
    store_put(&group, "plastic", plastic);
    store_put(&group, "activation", activation);
    put_convolutions(&group, before);
    if (layer[0].n_lstm_in > 0) {
      store_attribute_integer(&group, "lstm_n_pre", layer[0].n_lstm_in);
      store_attribute_integer(&group, "lstm_n_post", layer[0].n_pre);
    }
    store_close_group(&group);
  }
  free(text);
  store_free_words(activation);
  free(size);
  free(plastic);
}
