/* digits.c - classes of pictures or of any other numbers, from files: UCI's digits, Fashion-MNIST, MNIST,
 * or a CSV of one's own.
 *
 * An observation is an example, (numbers - centre) / scale, and a decision its class: 1 if right, else 0.
 * The order of an epoch, targets and scores are those of supervised.h. Where there is no file of test
 * examples, some of the only file's are drawn for it, the same in every life.
 *
 * Alpaydin & Kaynak, "Optical recognition of handwritten digits", UCI Machine Learning Repository, 1998
 * (its test part, 1797 examples, as scikit-learn has it); Xiao, Rasul & Vollgraf, "Fashion-MNIST: a novel
 * image dataset for benchmarking machine learning algorithms", arXiv:1708.07747.
 */
#include "dataset.h"
#include "supervised.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum purpose { DRAW_SPLIT = 1 };

typedef struct config {
  int32_t dataset, label_column;
  const char *path, *labels, *test_path, *test_labels;
  int64_t n_train, n_test, split_seed;
  double scale, solved;
  bool centre, picture;
} config;

enum dataset_name { UCI, FASHION };

static const hebb_param rows[] = {
  HEBB_CHOICE(
      config, dataset, "uci|fashion",
      "Debian's package to read where no path is given: python3-sklearn has UCI's digits (1797 "
      "of 8 x 8), dataset-fashion-mnist clothes (70,000 of 28 x 28)."),
  HEBB_TEXT(
      config, path, NULL,
      "CSV file with one example a line, or IDX file (MNIST's format) of the examples, as they are "
      "or packed by gzip; instead of the package."),
  HEBB_TEXT(config, labels, NULL, "IDX file of the examples' labels; a CSV has its own."),
  HEBB_TEXT(config, test_path, NULL,
            "File of the test examples, like path; left out, some of path's are drawn."),
  HEBB_TEXT(config, test_labels, NULL, "IDX file of the test examples' labels."),
  HEBB_CHOICE(config, label_column, "last|first", "Where a line of a CSV has its label."),
  HEBB_PARAM(config, n_train, 0, 0, SUPERVISED_MOST_EXAMPLES, "1",
             "Training examples; 0: all, or what n_test leaves."),
  HEBB_PARAM(config, n_test, 0, 0, SUPERVISED_MOST_EXAMPLES, "1",
             "Test examples; 0: all, or what n_train leaves, or a fifth where neither is given and "
             "there is one file."),
  HEBB_PARAM(
      config, split_seed, 1, 0, 1e9, "1",
      "Of the drawing of test examples from the only file; 0: not drawn, the file begins with "
      "those of training."),
  HEBB_PARAM(config, scale, 0, 0, 1e30, "1",
             "Examples are divided by it; 0: by their largest value in training."),
  HEBB_PARAM(config, centre, false, 0, 1, "",
             "Takes the training examples' mean from each input, before scaling."),
  HEBB_PARAM(config, picture, false, 0, 1, "",
             "Shows examples as pictures, for convolutions, instead of as a row of numbers."),
  HEBB_OPTIONAL(
      config, solved, 0, 1, "1",
      "Test accuracy that counts as solved; left out: 0.95 for uci, 0.85 for fashion, none "
      "for a file."),
  { 0 },
};

/* ---- where the files are ---- */

typedef struct files {
  const char *path, *labels, *test_path, *test_labels; // NULL: none
} files;

static const char *given(const char *text)
{
  return text && text[0] ? text : NULL;
}

static int find_files(const config *c, const hebb_host *host, files *out)
{
#define FASHION_FOLDER "/usr/share/datasets/fashion-mnist/"
  static const files of_package[] = {
    [UCI] = { .path = "/usr/lib/python3/dist-packages/sklearn/datasets/data/digits.csv.gz" },
    [FASHION] = { FASHION_FOLDER "train-images-idx3-ubyte.gz",
                  FASHION_FOLDER "train-labels-idx1-ubyte.gz",
                  FASHION_FOLDER "t10k-images-idx3-ubyte.gz",
                  FASHION_FOLDER "t10k-labels-idx1-ubyte.gz" },
  };
  static const char *const package[] = {
    [UCI] = "python3-sklearn", [FASHION] = "dataset-fashion-mnist"
  };
  *out = (files){ given(c->path), given(c->labels), given(c->test_path), given(c->test_labels) };
  if (!out->path && (out->labels || out->test_path || out->test_labels))
    return host->fail(host, HEBB_EINVAL,
                      "path: left out, but labels or test files are given; give the file of the "
                      "training examples too");
  if (out->test_labels && !out->test_path)
    return host->fail(host, HEBB_EINVAL,
                      "test_path: left out, but test_labels is given; give both or none");
  if (out->path)
    return HEBB_OK;
  *out = of_package[c->dataset];
  if (access(out->path, R_OK) != 0)
    return host->fail(host, HEBB_EIO,
                      "%s is not installed (no %s); apt-get install it, or give path another file",
                      package[c->dataset], out->path);
  return HEBB_OK;
}

static int load(const char *path, const char *labels, const config *c, const hebb_host *host,
                dataset *out)
{
  dataset_file examples, classes;
  int status = dataset_read(path, DATASET_MOST_BYTES, host, &examples);
  if (status != HEBB_OK)
    return status;
  if (dataset_is_idx(&examples)) {
    if (labels && (status = dataset_read(labels, DATASET_MOST_BYTES, host, &classes)) == HEBB_OK)
      return dataset_idx(&examples, &classes, host, out);
    if (!labels)
      status = host->fail(host, HEBB_EINVAL,
                          "%s: an IDX file has no labels; give the file of theirs as labels or "
                          "test_labels",
                          path);
  } else if (labels)
    status =
        host->fail(host, HEBB_EINVAL,
                   "%s: no IDX file, yet %s is given for its labels; leave that out, a CSV has its "
                   "own",
                   path, labels);
  else
    status = dataset_csv(&examples, c->label_column == 1, host, out);
  free(examples.byte);
  return status;
}

/* ---- from files to a model ---- */

/* How many of n examples train and test; n_other: those of the test file, or -1. */
static int share(const config *c, const char *path, int32_t n, int32_t n_other,
                 const hebb_host *host, int32_t *n_train, int32_t *n_test)
{
  int64_t train = c->n_train, test = c->n_test;
  const int64_t all = n;
  if (n_other >= 0) {
    train = train ? train : all;
    test = test ? test : n_other;
  } else {
    test = test ? test : train ? all - train : (all + 4) / 5;
    train = train ? train : all - test;
  }
  const int64_t most_test = n_other >= 0 ? n_other : all - train;
  if (train < 1 || test < 1 || train > all || test > most_test)
    return host->fail(host, HEBB_EINVAL,
                      "n_train: %lld for training and %lld to test are not to be had from the %lld "
                      "examples of %s%s; ask for fewer",
                      (long long)train, (long long)test, (long long)all, path,
                      n_other >= 0 ? " and those of test_path" : "");
  *n_train = (int32_t)train;
  *n_test = (int32_t)test;
  return HEBB_OK;
}

static void copy_example(const dataset *from, int32_t row, supervised *d, int32_t example)
{
  const size_t n = (size_t)d->n_in, source = (size_t)row * n, place = (size_t)example * n;
  if (from->byte)
    memcpy(d->byte + place, from->byte + source, n);
  else
    memcpy(d->number + place, from->number + source, n * sizeof *d->number);
  d->label[example] = from->label[row];
  if (d->label[example] >= d->n_out)
    d->n_out = d->label[example] + 1;
}

/* The chosen examples in the model's order; order [train->n] or NULL: as the file has them. */
static void fill(const dataset *train, const dataset *test, const int32_t *order, supervised *d)
{
  for (int32_t k = 0; k < d->n_train + d->n_test; k++) {
    if (k >= d->n_train && test->n)
      copy_example(test, k - d->n_train, d, k);
    else
      copy_example(train, order ? order[k] : k, d, k);
  }
}

/* Centre and scale of the training examples. */
static int measure(const config *c, const char *path, supervised *d, const hebb_host *host)
{
  const size_t n = (size_t)d->n_in, total = (size_t)d->n_train * n;
  double *sum = c->centre ? calloc(n, sizeof *sum) : NULL;
  d->centre = c->centre ? calloc(n, sizeof *d->centre) : NULL;
  if (c->centre && (!sum || !d->centre)) {
    free(sum);
    return host->fail(host, HEBB_ENOMEM, "no memory for the mean of %zu inputs", n);
  }
  double largest = 0;
  for (size_t k = 0; k < total; k++) {
    const double v = d->byte ? d->byte[k] : (double)d->number[k];
    largest = fmax(largest, fabs(v));
    if (sum)
      sum[k % n] += v;
  }
  for (size_t k = 0; sum && k < n; k++)
    d->centre[k] = (float)(sum[k] / d->n_train);
  free(sum);
  d->scale = (float)(c->scale > 0 ? c->scale : largest > 0 ? largest : 1);

  // centred, a test example of single precision's largest numbers divided by little is no number
  for (size_t k = 0; !d->byte && k < (size_t)(d->n_train + d->n_test) * n; k++) {
    const float centre = d->centre ? d->centre[k % n] : 0;
    if (!isfinite((d->number[k] - centre) / d->scale))
      return host->fail(host, HEBB_EINVAL,
                        "scale: %g makes an infinity of the number %g in %s; divide by more",
                        (double)d->scale, (double)d->number[k], path);
  }
  return d->scale > 0 ? HEBB_OK
                      : host->fail(host, HEBB_EINVAL,
                                   "scale: %g is 0 in single precision; divide by more", c->scale);
}

/* Rows and columns of the picture: the file's, or those of a square. */
static int lay_out(const config *c, const char *path, const dataset *from, supervised *d,
                   const hebb_host *host)
{
  const int32_t side = (int32_t)sqrt((double)from->n_in);
  d->picture = c->picture;
  d->height = from->height;
  d->width = from->width;
  d->channel = from->channel;
  if (!from->height && side * side == from->n_in) {
    d->height = d->width = side;
    d->channel = 1;
  }
  if (c->picture && !d->height)
    return host->fail(host, HEBB_EINVAL,
                      "picture: the %d numbers of an example of %s make no square; leave it false",
                      (int)from->n_in, path);
  return HEBB_OK;
}

static supervised *room(const dataset *train, int32_t n_train, int32_t n_test,
                        const hebb_host *host)
{
  if (!train->byte)
    return supervised_new(train->n_in, 2, n_train, n_test, true, host);
  supervised *d = supervised_new(1, 2, n_train, n_test, true, host);
  if (!d)
    return NULL;
  free(d->number);
  d->number = NULL;
  d->n_in = train->n_in;
  d->byte = calloc(((size_t)n_train + (size_t)n_test) * (size_t)train->n_in + 1, 1);
  if (d->byte)
    return d;
  supervised_close(d);
  host->fail(host, HEBB_ENOMEM, "no memory for the examples; ask for fewer with n_train");
  return NULL;
}

static int build(const config *c, const files *f, const dataset *train, const dataset *test,
                 const hebb_host *host, supervised **out)
{
  int32_t n_train = 0, n_test = 0, *order = NULL;
  if (f->test_path && (test->n_in != train->n_in || !test->byte != !train->byte))
    return host
        ->fail(host, HEBB_EINVAL,
               "test_path: %s has examples of %d numbers%s, %s of %d%s; give files of one kind",
               f->test_path, (int)test->n_in, test->byte ? " (IDX)" : "", f->path, (int)train->n_in,
               train->byte ? " (IDX)" : "");
  int status = share(c, f->path, train->n, f->test_path ? test->n : -1, host, &n_train, &n_test);
  if (status != HEBB_OK)
    return status;
  supervised *d = room(train, n_train, n_test, host);
  if (!d)
    return HEBB_ENOMEM;
  if (!f->test_path && c->split_seed > 0) {
    order = malloc(((size_t)train->n + 1) * sizeof *order);
    if (!order) {
      supervised_close(d);
      return host->fail(host, HEBB_ENOMEM, "no memory for an order of %d", (int)train->n);
    }
    supervised_shuffle(&(hebb_address){ .seed = (uint64_t)c->split_seed, .purpose = DRAW_SPLIT },
                       train->n, order);
  }
  fill(train, test, order, d);
  free(order);
  status = lay_out(c, f->path, train, d, host);
  if (status == HEBB_OK)
    status = measure(c, f->path, d, host);
  if (status == HEBB_OK)
    *out = d;
  else
    supervised_close(d);
  return status;
}

static int open(const void *config_, const hebb_host *host, hebb_env_shape *shape, void **out)
{
  const config *c = config_;
  files f;
  dataset train = { 0 }, test = { 0 };
  supervised *d = NULL;
  int status = find_files(c, host, &f);
  if (status == HEBB_OK)
    status = load(f.path, f.labels, c, host, &train);
  if (status == HEBB_OK && f.test_path)
    status = load(f.test_path, f.test_labels, c, host, &test);
  if (status == HEBB_OK)
    status = build(c, &f, &train, &test, host, &d);
  dataset_free(&train);
  dataset_free(&test);
  if (status != HEBB_OK)
    return status;

  supervised_shape(d, shape);
  if (!isnan(c->solved))
    shape->solved = c->solved;
  else if (!given(c->path))
    shape->solved = c->dataset == UCI ? 0.95 : 0.85;
  *out = d;
  return HEBB_OK;
}

static const hebb_env digits = {
  .base = {
    HEBB_HEAD(HEBB_ENV, hebb_env, config),
    .name = "digits", .version = "1.0",
    .brief = "Classes of pictures from IDX and CSV files: an epoch of training, then the test.",
    .cite = "Alpaydin & Kaynak 1998; Xiao, Rasul & Vollgraf 2017",
    .params = rows,
  },
  .open = open, SUPERVISED_MEMBERS,
};

HEBB_EXPORT const hebb_plugin *hebb_plugin_at(uint32_t index)
{
  return index == 0 ? &digits.base : NULL;
}
