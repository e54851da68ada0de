/* dataset.h - examples with labels from files of others: IDX (the format of MNIST) and CSV, packed by gzip
 * or not. Nothing in a file is believed: sizes are checked before memory is taken for them, and no more
 * memory is taken than the file itself is long, by a small factor. */
#ifndef DATASET_H
#define DATASET_H

#include <hebb/env.h>

/* Of one file, unpacked; and what a class can be. */
#define DATASET_MOST_BYTES ((size_t)1 << 30)
enum { DATASET_MOST_CLASSES = 4096 };

typedef struct dataset {
  int32_t n, n_in;                /* examples, numbers in each                      */
  int32_t height, width, channel; /* of an example; 0: not said                     */
  uint8_t *byte;                  /* (n x n_in), or NULL:                           */
  float *number;                  /* (n x n_in)                                     */
  int32_t *label;                 /* (n) from 0 on                                  */
} dataset;

/* A file in memory, with a zero behind it; to be freed. */
typedef struct dataset_file {
  const char *path;
  uint8_t *byte;
  size_t n;
} dataset_file;

/* All of a file of at most `most` bytes when unpacked. Each of these calls: HEBB_OK, or the host knows what is wrong
   and nothing is to be freed. */
int dataset_read(const char *path, size_t most, const hebb_host *host, dataset_file *out);

/* Whether a file begins as IDX does: two bytes of 0, which no text has. */
bool dataset_is_idx(const dataset_file *file);

/* Pictures (or vectors) and their labels from two files; takes both over. */
int dataset_idx(dataset_file *images, dataset_file *labels, const hebb_host *host, dataset *out);

/* One example a line, its label first or last; a first line with words is a header. Does not keep the file. */
int dataset_csv(const dataset_file *file, bool label_first, const hebb_host *host, dataset *out);

void dataset_free(dataset *d);

#endif
