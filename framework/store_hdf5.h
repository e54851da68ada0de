/* store_hdf5.h - what the store*.c files share; nobody else includes hdf5.h.
 *
 * Writing: a store_writer is a file that is being built in memory. Its first failure is kept with a
 * sentence and makes every later call do nothing, so that the files below read as lists of what is
 * written; store_publish says how it went. What is written is described in store_schema.c.
 */
#ifndef HEBB_STORE_HDF5_H
#define HEBB_STORE_HDF5_H

#include <hdf5.h>
#include <hdf5_hl.h>

#include "store.h"

enum { STORE_MAX_RANK = 6, STORE_MAX_NAME = 128 };

/* ---- the schema (store_schema.c, store_schema_find.c) ---- */

typedef enum store_type {
  STORE_ANY, /* only in the schema: whatever a plugin declares */
  STORE_F32,
  STORE_F64,
  STORE_I32,
  STORE_I64,
  STORE_U8,
  STORE_TEXT /* variable-length UTF-8 */
} store_type;

enum store_kind { STORE_RUN = 1, STORE_EVALUATION = 2, STORE_PLAY = 4, STORE_GENOME = 8 };

enum store_flag {
  STORE_ATTRIBUTE = 1, /* of the group, not a data set                     */
  STORE_SCALE = 2,     /* the dimension scale of the dimension of its name */
  STORE_OPTIONAL = 4,  /* may be missing                                   */
  STORE_BARE = 8       /* a scale that is a length only, without values    */
};

/* One row of the schema. In group and name one '*' stands for any part of a name; in dims and doc
   it then stands for the part that was matched in name. */
typedef struct store_variable {
  uint32_t kinds; /* store_kind bits */
  const char *group, *name;
  store_type type;
  uint32_t flags;
  const char *dims; /* names of the dimension scales, by spaces; "" for a scalar; NULL: any */
  const char *unit, *doc;
  const char *meanings; /* of the values 0, 1, ... of a u8, by spaces; NULL: a number */
} store_variable;

extern const store_variable store_schema[]; /* ends with name NULL */

/* The next row, after `row` (NULL: the first), of a data set or attribute in a group
   ("/generations"); NULL: none. The part that the '*' of the row's name stands for goes to stem
   (STORE_MAX_NAME bytes); "" where there is none. */
const store_variable *store_schema_next(const store_variable *row, uint32_t kind, const char *group,
                                        const char *name, bool attribute, char *stem);
bool store_schema_in_group(const store_variable *row, uint32_t kind, const char *group);
/* Copies pattern with every '*' replaced by stem. */
void store_schema_expand(const char *pattern, const char *stem, char *out, size_t size);
const char *store_kind_name(uint32_t kind);    /* "run" */
uint32_t store_kind_of(const char *file_kind); /* 0: none of ours */
const char *store_type_name(store_type type);  /* "f32" */

/* ---- writing (store.c, store_data.c, store_attribute.c) ---- */

typedef struct store_written { /* what is compared when the file is opened again */
  char *path;
  int rank;
  hsize_t dims[STORE_MAX_RANK];
  store_type type;
  unsigned long crc; /* of the values; not of text */
} store_written;

typedef struct store_writer {
  hid_t file, text_type, group_list, data_list;
  uint32_t kind;
  const char *path; /* where the file goes */
  bool compress;    /* large arrays in chunks, gzip, shuffle, checksum */
  int32_t keepbits; /* of what is written through store_put_rounded    */
  store_written *written;
  int32_t n_written, written_capacity;
  error *err;
  int status;
} store_writer;

typedef struct store_group {
  store_writer *writer;
  hid_t id;
  char path[2 * STORE_MAX_NAME];
} store_group;

void store_start(void); /* before any other HDF5 call, at every entrance */
int store_error(error *err, const char *path, const char *what); /* with HDF5's own reason */

void store_begin(store_writer *writer, enum store_kind kind, const char *path, error *err);
void store_fail(store_writer *writer, const char *what, const char *name);
bool store_good(const store_writer *writer);
/* Every HDF5 call that writes goes through here: a negative result is the writer's failure. */
bool store_check(store_writer *writer, int64_t result, const char *what, const char *name);
void store_no_memory(store_writer *writer, const char *name);
/* The schema's row; the writer's failure where it has none. stem: as of store_schema_next. */
const store_variable *store_find_row(const store_group *group, const char *name, bool attribute,
                                     char *stem);

store_group store_open_group(store_writer *writer, const char *path); /* made where it is missing */
void store_close_group(store_group *group);
bool store_has(const store_group *group, const char *name);

/* Dimension scales (store_data.c): 0 .. n-1; given values; words; a length only. */
void store_scale(store_group *group, const char *name, int64_t n);
void store_scale_values(store_group *group, const char *name, int64_t n, const int32_t *value);
void store_scale_words(store_group *group, const char *name, int64_t n, const char *const *word);
void store_scale_length(store_group *group, const char *name, int64_t n);

/* A data set of the schema; the scales of its dimensions are in the group already. Text is given as
   an array of pointers. */
void store_put(store_group *group, const char *name, const void *value);
void store_put_rounded(store_group *group, const char *name, int64_t n, const float *value);
void store_put_text(store_group *group, const char *name, const char *text); /* scalar */
/* A data set that a plugin declares; variable->name is free in the group. */
void store_put_declared(store_group *group, const store_variable *variable, const void *value);

/* Attributes (store_attribute.c): of the group, all in the schema. */
void store_attribute_text(store_group *group, const char *name, const char *text);
void store_attribute_integer(store_group *group, const char *name, int64_t value);
void store_attribute_real(store_group *group, const char *name, double value);
void store_attribute_array(store_group *group, const char *name, int64_t n, const void *value);
/* Of a data set of the group: notes beside units and long_name. n 0: a scalar. */
void store_note(store_group *group, const char *data_set, const char *name, store_type type,
                int64_t n, const void *value);

/* Of any object; n 0: a scalar; text is an array of pointers. */
void store_put_attribute(store_writer *writer, hid_t object, const char *name, store_type type,
                         int64_t n, const void *value);
/* units, long_name, and what a reader needs for missing values and flags. */
void store_describe(store_writer *writer, hid_t data, const store_variable *variable,
                    const char *stem);
/* Copies that are valid UTF-8, ended by NULL; NULL: the writer has failed. */
char **store_clean_words(store_writer *writer, int64_t n, const char *const *word);
void store_free_words(char **word);

hid_t store_file_type(const store_writer *writer, store_type type);

/* ---- publishing (store_file.c) ---- */

/* Writes the file beside its place, syncs, opens it again, compares, renames; frees the writer. */
int store_publish(store_writer *writer);

/* ---- groups that several kinds of file share ---- */

/* store_provenance.c */
void store_put_root(store_writer *writer, enum run_status status, const char *title,
                    const provenance *provenance, const char *experiment_name, int64_t seed,
                    const char *cite);
void store_put_provenance(store_writer *writer, const provenance *provenance,
                          const experiment *experiment); /* experiment NULL: none */
/* store_plugins.c */
void store_put_plugin(store_writer *writer, const char *role, const loaded *plugin,
                      const void *config, const char *task); /* task: NULL, not said */
void store_put_plugins(store_writer *writer, const experiment *experiment);
void store_put_network(store_writer *writer, const layer_info *layer, int32_t n_layer,
                       const convolution *before);
void store_cite(const experiment *experiment, char *cite, size_t size); /* the plugins' papers */
/* store_play.c: the scales observation_index and action_index. */
void store_put_interface(store_group *group, const hebb_env_shape *shape);
/* store_run.c */
const char *store_series_name(int series);
bool store_scalar_name(const hebb_array *scalar, char *name); /* false: not a name of the schema */
/* store_arrays.c: a quantity that a plugin declares. leading: the scale of a dimension in front
   ("step"), or NULL. all: the arrays that share the group; no dimension takes the name of one. */
void store_put_named(store_group *group, const hebb_array *array, const char *leading,
                     store_type type, const hebb_array *all, int32_t n_all, const void *value);
store_type store_type_of(uint32_t dtype); /* hebb_dtype */
size_t store_type_size(store_type type);

/* ---- reading (store_input.c, store_input_data.c) ---- */

hid_t store_read_access(void); /* no locks, no plugins of filters; to be closed */
/* Opens a file of ours or of anybody for reading; refuses what is no HDF5 file with a sentence. */
int store_open_input(const char *path, hid_t *file, error *err);
/* The attribute file_kind as store_kind; 0 with a sentence where it is none of `kinds`, or of a
   schema that this program does not know. */
uint32_t store_input_kind(hid_t file, const char *path, uint32_t kinds, error *err);

/* The attribute schema_version; zeros where it is not of three whole numbers. */
void store_schema_version(hid_t file, int64_t version[3]);
/* store_read_origin.c: who began a run, with which plugins. */
void store_read_origin(hid_t file, const char *path, stored_run *run, error *err);

/* The kind of a file of ours, 0 for anybody else's. */
uint32_t store_kind_of_file(hid_t file);
/* Refuses a file of ours whose schema has another major number: EXIT_MISMATCH and a sentence. */
int store_check_version(hid_t file, const char *path, error *err);

/* A data set's extents, after strict checks: class and size, hard links, storage, filters, at most
   2^31 values. Status EXIT_IO and a sentence; EXIT_FINE with *id open. */
int store_open_data(hid_t file, const char *path, const char *name, store_type type, int rank,
                    hid_t *id, hsize_t *dims, error *err);
/* All values of one, malloc'ed; NULL: refused, with a sentence. */
void *store_load(hid_t file, const char *path, const char *name, store_type type, int rank,
                 hsize_t *dims, error *err);
/* The text of a scalar one, malloc'ed. */
int store_load_text(hid_t file, const char *path, const char *name, char **text, error *err);

/* An attribute as words (store_free_words), text (malloc'ed) or number; NULL or false where there
   is none of that class. */
char **store_words_attribute(hid_t object, const char *name, size_t *n);
bool store_text_attribute(hid_t object, const char *name, char **text);
bool store_number_attribute(hid_t object, const char *name, double *value);

/* The values of a one-dimensional text, to be freed with store_free_words; NULL: refused. */
char **store_load_words(hid_t file, const char *path, const char *name, hsize_t *n, error *err);
/* The path of the scale of a data set's k-th dimension; "" where it has none. */
void store_scale_of(hid_t data, unsigned k, char *path, size_t size);

hid_t store_memory_type(store_type type); /* not of text */
hid_t store_new_text_type(void);          /* to be closed */
store_type store_type_in_file(hid_t type); /* STORE_ANY where it is none of ours */

/* Calls each for every link of a group, in creation order where that is known. */
int store_each_link(hid_t group, int (*each)(hid_t group, const char *name, void *arg), void *arg);

/* Calls each for the group `path` and every group below it, parents first. */
typedef int (*store_visitor)(hid_t group, const char *path, void *arg);
int store_each_group(hid_t file, const char *path, store_visitor each, void *arg);

#endif
