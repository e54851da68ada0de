/* store_attribute.c - attributes of groups and data sets: numbers, and text as UTF-8. */
#include "store_hdf5.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Bytes that follow the first of a UTF-8 character; -1 where none begins so. */
static int followers(unsigned char first)
{
  if (first < 0x80)
    return 0;
  if (first >= 0xc2 && first < 0xe0)
    return 1;
  if (first >= 0xe0 && first < 0xf0)
    return 2;
  return first >= 0xf0 && first < 0xf5 ? 3 : -1;
}

/* Readers in other languages stop at a byte that is no UTF-8: it is written as '?'. */
static char *clean_text(const char *text)
{
  char *clean = strdup(text);
  if (!clean)
    return NULL;
  for (unsigned char *c = (unsigned char *)clean; *c;) {
    const int more = followers(*c);
    int n = 0;
    while (n < more && (c[n + 1] & 0xc0) == 0x80)
      n++;
    if (n == more)
      c += more + 1;
    else
      *c++ = '?';
  }
  return clean;
}

char **store_clean_words(store_writer *writer, int64_t n, const char *const *word)
{
  char **clean = calloc((size_t)n + 1, sizeof *clean);
  for (int64_t i = 0; clean && i < n; i++)
    if (!(clean[i] = clean_text(word[i] ? word[i] : ""))) {
      store_free_words(clean);
      clean = NULL;
    }
  if (!clean)
    store_no_memory(writer, "text");
  return clean;
}

void store_free_words(char **word)
{
  for (char **w = word; w && *w; w++)
    free(*w);
  free(word);
}

void store_put_attribute(store_writer *writer, hid_t object, const char *name, store_type type,
                         int64_t n, const void *value)
{
  if (!store_good(writer))
    return;
  const hsize_t extent = (hsize_t)n;
  char **word = type == STORE_TEXT ? store_clean_words(writer, n ? n : 1, value) : NULL;
  const hid_t space = n ? H5Screate_simple(1, &extent, NULL) : H5Screate(H5S_SCALAR);
  if (store_check(writer, space, "cannot describe attribute", name)) {
    const hid_t attribute =
        H5Acreate2(object, name, store_file_type(writer, type), space, H5P_DEFAULT, H5P_DEFAULT);
    if (store_check(writer, attribute, "cannot make attribute", name)) {
      store_check(writer,
                  H5Awrite(attribute, word ? writer->text_type : store_memory_type(type),
                           word ? (const void *)word : value),
                  "cannot write attribute", name);
      H5Aclose(attribute);
    }
  }
  if (space >= 0)
    H5Sclose(space);
  store_free_words(word);
}

static void put_text(store_writer *writer, hid_t object, const char *name, const char *text)
{
  store_put_attribute(writer, object, name, STORE_TEXT, 0, &text);
}

void store_attribute_text(store_group *group, const char *name, const char *text)
{
  char stem[STORE_MAX_NAME];
  if (store_find_row(group, name, true, stem))
    put_text(group->writer, group->id, name, text);
}

void store_attribute_integer(store_group *group, const char *name, int64_t value)
{
  char stem[STORE_MAX_NAME];
  const store_variable *row = store_find_row(group, name, true, stem);
  const int32_t narrow = (int32_t)value;
  const uint8_t flag = (uint8_t)value;
  if (row)
    store_put_attribute(group->writer, group->id, name, row->type, 0,
                        row->type == STORE_U8    ? (const void *)&flag
                        : row->type == STORE_I32 ? (const void *)&narrow
                                                 : (const void *)&value);
}

void store_attribute_real(store_group *group, const char *name, double value)
{
  char stem[STORE_MAX_NAME];
  if (store_find_row(group, name, true, stem))
    store_put_attribute(group->writer, group->id, name, STORE_F64, 0, &value);
}

void store_attribute_array(store_group *group, const char *name, int64_t n, const void *value)
{
  char stem[STORE_MAX_NAME];
  const store_variable *row = store_find_row(group, name, true, stem);
  if (row)
    store_put_attribute(group->writer, group->id, name, row->type, n, value);
}

void store_note(store_group *group, const char *data_set, const char *name, store_type type,
                int64_t n, const void *value)
{
  if (!store_good(group->writer))
    return;
  const hid_t data = H5Dopen2(group->id, data_set, H5P_DEFAULT);
  if (store_check(group->writer, data, "cannot open", data_set)) {
    store_put_attribute(group->writer, data, name, type, n, value);
    H5Dclose(data);
  }
}

void store_describe(store_writer *writer, hid_t data, const store_variable *v, const char *stem)
{
  char sentence[512];
  store_schema_expand(v->doc, stem, sentence, sizeof sentence);
  put_text(writer, data, "units", v->unit && v->unit[0] ? v->unit : "1");
  put_text(writer, data, "long_name", sentence);
  if (v->type == STORE_F32)
    store_put_attribute(writer, data, "_FillValue", STORE_F32, 0, &(const float){ NAN });
  if (v->type == STORE_F64)
    store_put_attribute(writer, data, "_FillValue", STORE_F64, 0, &(const double){ (double)NAN });
  if (v->meanings) {
    uint8_t value[16], n = 1;
    for (const char *c = v->meanings; *c; c++)
      n = (uint8_t)(n + (*c == ' '));
    for (uint8_t i = 0; i < n; i++)
      value[i] = i;
    store_put_attribute(writer, data, "flag_values", STORE_U8, n, value);
    put_text(writer, data, "flag_meanings", v->meanings);
  }
}
