/* dataset_idx.c - the IDX format: two bytes of 0, the type of its numbers (8: unsigned bytes), the number of
 * dimensions, each dimension in four bytes, the highest first, and then the numbers, the last index fastest.
 *
 * LeCun, Cortes & Burges, "The MNIST database of handwritten digits", 1998.
 */
#include "dataset.h"

#include "supervised.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_DIMENSIONS = 4, UNSIGNED_BYTES = 8 };

typedef struct header {
  int n_dimension;
  uint32_t extent[MOST_DIMENSIONS];
  size_t size;   // bytes before the numbers
  uint64_t each; // numbers in each of the first dimension's parts
} header;

bool dataset_is_idx(const dataset_file *file)
{
  return file->n >= 2 && file->byte[0] == 0 && file->byte[1] == 0;
}

static int read_dimensions(const dataset_file *f, const hebb_host *host, header *h)
{
  h->size = 4 + 4 * (size_t)h->n_dimension;
  if (f->n < h->size)
    return host->fail(host, HEBB_EINVAL,
                      "%s: byte %zu: the file ends within its %d dimensions; get it anew", f->path,
                      f->n, h->n_dimension);
  h->each = 1;
  for (int k = 0; k < h->n_dimension; k++) {
    const uint8_t *b = f->byte + 4 + 4 * (size_t)k;
    h->extent[k] = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
    if (k > 0)
      h->each *= h->extent[k];
    if (h->extent[k] == 0 || h->extent[k] > SUPERVISED_MOST_EXAMPLES ||
        h->each > SUPERVISED_MOST_INPUTS)
      return host
          ->fail(host, HEBB_EINVAL,
                 "%s: byte %d: dimension %d is %u: 1 to %d examples of 1 to %d numbers can be "
                 "read",
                 f->path, 4 + 4 * k, k + 1, h->extent[k], SUPERVISED_MOST_EXAMPLES,
                 SUPERVISED_MOST_INPUTS);
  }
  const uint64_t want = h->extent[0] * h->each;
  if (f->n - h->size != want)
    return host
        ->fail(host, HEBB_EINVAL,
               "%s: byte %zu: %zu numbers follow, not the %llu that its dimensions say; get the "
               "file anew",
               f->path, h->size, f->n - h->size, (unsigned long long)want);
  return HEBB_OK;
}

static int read_header(const dataset_file *f, int least, int most, const char *what,
                       const hebb_host *host, header *h)
{
  *h = (header){ 0 };
  if (!dataset_is_idx(f) || f->n < 4)
    return host
        ->fail(host, HEBB_EINVAL,
               "%s: byte 0: no IDX file, which begins with two bytes of 0, a type and a number "
               "of dimensions; give one of %s",
               f->path, what);
  if (f->byte[2] != UNSIGNED_BYTES)
    return host
        ->fail(host, HEBB_EINVAL,
               "%s: byte 2: its numbers are of type 0x%02x; only unsigned bytes (0x08) can be "
               "read: write it as those, or as CSV",
               f->path, f->byte[2]);
  h->n_dimension = f->byte[3];
  if (h->n_dimension < least || h->n_dimension > most)
    return host->fail(host, HEBB_EINVAL, "%s: byte 3: %d dimensions, but %s have %d%s", f->path,
                      h->n_dimension, what, least, least < most ? " to 4" : "");
  return read_dimensions(f, host, h);
}

static int take_labels(const dataset_file *labels, const header *l, const header *i,
                       const char *path, const hebb_host *host, dataset *out)
{
  if (l->extent[0] != i->extent[0])
    return host->fail(host, HEBB_EINVAL,
                      "%s: byte 4: %u labels for the %u examples of %s; give the "
                      "files that belong together",
                      labels->path, l->extent[0], i->extent[0], path);
  out->label = calloc((size_t)l->extent[0] + 1, sizeof *out->label);
  if (!out->label)
    return host->fail(host, HEBB_ENOMEM, "%s: no memory for %u labels", labels->path, l->extent[0]);
  for (uint32_t k = 0; k < l->extent[0]; k++)
    out->label[k] = labels->byte[l->size + k];
  return HEBB_OK;
}

int dataset_idx(dataset_file *images, dataset_file *labels, const hebb_host *host, dataset *out)
{
  header i, l;
  *out = (dataset){ 0 };
  int status = read_header(images, 2, MOST_DIMENSIONS, "examples", host, &i);
  if (status == HEBB_OK)
    status = read_header(labels, 1, 1, "labels", host, &l);
  if (status == HEBB_OK)
    status = take_labels(labels, &l, &i, images->path, host, out);
  if (status == HEBB_OK) {
    out->n = (int32_t)i.extent[0];
    out->n_in = (int32_t)i.each;
    if (i.n_dimension > 2) {
      out->height = (int32_t)i.extent[1];
      out->width = (int32_t)i.extent[2];
      out->channel = i.n_dimension > 3 ? (int32_t)i.extent[3] : 1;
    }
    memmove(images->byte, images->byte + i.size, (size_t)out->n * (size_t)out->n_in);
    out->byte = images->byte;
    images->byte = NULL;
  }
  free(images->byte);
  free(labels->byte);
  images->byte = labels->byte = NULL;
  return status;
}
