/* store_input.c - opening a file that may be anybody's; its kind, attributes and links. What is
 * refused is refused in a sentence. */
#include "store_hdf5.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

hid_t store_memory_type(store_type type)
{
  switch (type) {
  case STORE_F32: return H5T_NATIVE_FLOAT;
  case STORE_F64: return H5T_NATIVE_DOUBLE;
  case STORE_I32: return H5T_NATIVE_INT32;
  case STORE_I64: return H5T_NATIVE_INT64;
  case STORE_U8: return H5T_NATIVE_UINT8;
  default: return H5I_INVALID_HID;
  }
}

hid_t store_new_text_type(void)
{
  const hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, H5T_VARIABLE);
  H5Tset_cset(type, H5T_CSET_UTF8);
  return type;
}

store_type store_type_in_file(hid_t type)
{
  const H5T_class_t class = H5Tget_class(type);
  const size_t size = H5Tget_size(type);
  if (class == H5T_STRING)
    return STORE_TEXT;
  if (class == H5T_FLOAT)
    return size == 4 ? STORE_F32 : size == 8 ? STORE_F64 : STORE_ANY;
  if (class == H5T_INTEGER) {
    const bool has_sign = H5Tget_sign(type) == H5T_SGN_2;
    return size == 1 && !has_sign  ? STORE_U8
           : size == 4 && has_sign ? STORE_I32
           : size == 8 && has_sign ? STORE_I64
                                   : STORE_ANY;
  }
  return STORE_ANY;
}

/* ---- the file ---- */

hid_t store_read_access(void)
{
  const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  // files are replaced whole, so that a lock would only keep others away
  H5Pset_file_locking(access, false, true);
  H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
  return access;
}

/* What a file that is not HDF5 looks like, so that a wrong argument is seen at once. */
static const char *looks_like(const unsigned char *head, size_t n)
{
  if (n == 0)
    return "it is empty";
  for (size_t i = 0; i < n; i++)
    if (head[i] == 0 || (iscntrl(head[i]) && !isspace(head[i])))
      return "it is some other binary file, or damaged";
  return "it looks like text";
}

int store_open_input(const char *path, hid_t *file, error *err)
{
  unsigned char head[512];
  struct stat info;
  *file = H5I_INVALID_HID;
  store_start();
  H5PLset_loading_state(0); // no code from HDF5_PLUGIN_PATH
  if (stat(path, &info) != 0)
    return error_add(err, EXIT_IO, "%s: cannot be read: %s", path, strerror(errno));
  if (S_ISDIR(info.st_mode))
    return error_add(err, EXIT_IO, "%s: is a folder; name the HDF5 file in it", path);
  if (!S_ISREG(info.st_mode))
    return error_add(err, EXIT_IO, "%s: is not an ordinary file", path);
  FILE *in = fopen(path, "rbe");
  if (!in)
    return error_add(err, EXIT_IO, "%s: cannot be read: %s", path, strerror(errno));
  const size_t n = fread(head, 1, sizeof head, in);
  fclose(in);
  if (H5Fis_hdf5(path) <= 0)
    return error_add(err, EXIT_IO, "%s: is not an HDF5 file: %s", path, looks_like(head, n));
  const hid_t access = store_read_access();
  *file = H5Fopen(path, H5F_ACC_RDONLY, access);
  // the reason is gone after the next call
  const int status = *file < 0
                         ? store_error(err, path, "cannot be opened, it is damaged or incomplete")
                         : EXIT_FINE;
  H5Pclose(access);
  return status;
}

uint32_t store_input_kind(hid_t file, const char *path, uint32_t kinds, error *err)
{
  char *word = NULL, wanted[64] = "";
  size_t n = 0;
  for (uint32_t kind = STORE_RUN; kind <= STORE_GENOME; kind <<= 1)
    if (kinds & kind)
      n += (size_t)snprintf(wanted + n, sizeof wanted - n, "%s%s", n ? " or " : "",
                            store_kind_name(kind));
  if (!store_text_attribute(file, "file_kind", &word)) {
    error_add(err, EXIT_IO,
              "%s: is HDF5, but no file of hebb: it has no attribute file_kind (wanted: %s)", path,
              wanted);
    return 0;
  }
  const uint32_t kind = store_kind_of(word);
  if (!(kind & kinds))
    error_add(err, EXIT_IO, "%s: is a file of kind '%.40s'; wanted: %s", path, word, wanted);
  free(word);
  return kind & kinds && store_check_version(file, path, err) == EXIT_FINE ? kind : 0;
}

uint32_t store_kind_of_file(hid_t file)
{
  char *word = NULL;
  const uint32_t kind = store_text_attribute(file, "file_kind", &word) ? store_kind_of(word) : 0;
  free(word);
  return kind;
}

void store_schema_version(hid_t file, int64_t version[3])
{
  version[0] = version[1] = version[2] = 0; // of a file that does not say
  const hid_t attribute = H5Aexists(file, "schema_version") > 0
                              ? H5Aopen(file, "schema_version", H5P_DEFAULT)
                              : H5I_INVALID_HID;
  if (attribute >= 0) {
    const hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
    // other programs write integers of other widths
    if (H5Tget_class(type) == H5T_INTEGER && H5Sget_simple_extent_npoints(space) == 3)
      H5Aread(attribute, H5T_NATIVE_INT64, version);
    H5Sclose(space);
    H5Tclose(type);
    H5Aclose(attribute);
  }
}

int store_check_version(hid_t file, const char *path, error *err)
{
  int64_t version[3];
  if (!store_kind_of_file(file))
    return EXIT_FINE;
  store_schema_version(file, version);
  if (version[0] == STORE_SCHEMA_MAJOR)
    return EXIT_FINE;
  if (version[0] == 0)
    return error_add(err, EXIT_MISMATCH,
                     "%s: has no attribute schema_version of three whole numbers; this hebb reads "
                     "schema %d.x",
                     path, STORE_SCHEMA_MAJOR);
  return error_add(err, EXIT_MISMATCH,
                   "%s: is of schema %" PRId64 ".%" PRId64 ", this hebb reads %d.x", path,
                   version[0], version[1], STORE_SCHEMA_MAJOR);
}

/* ---- attributes ---- */

/* The elements of an attribute's text, of variable or of fixed length. */
static char **read_words(hid_t attribute, hid_t type, size_t n)
{
  const bool variable = H5Tis_variable_str(type) > 0;
  const size_t width = variable ? sizeof(char *) : H5Tget_size(type);
  char *raw = n < 65536 && width < 65536 ? calloc(n, width) : NULL;
  char **word = calloc(n + 1, sizeof *word);
  bool whole = raw && word && H5Aread(attribute, type, raw) >= 0;
  for (size_t i = 0; whole && i < n; i++) {
    char *text = raw + i * width;
    if (variable)
      memcpy(&text, raw + i * width, sizeof text);
    word[i] = variable ? strdup(text ? text : "") : strndup(text, width);
    whole = word[i] != NULL;
    if (variable)
      H5free_memory(text);
  }
  free(raw);
  if (whole)
    return word;
  store_free_words(word);
  return NULL;
}

char **store_words_attribute(hid_t object, const char *name, size_t *n)
{
  char **word = NULL;
  if (H5Aexists(object, name) <= 0)
    return NULL;
  const hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
  const hid_t type = attribute >= 0 ? H5Aget_type(attribute) : H5I_INVALID_HID;
  const hid_t space = attribute >= 0 ? H5Aget_space(attribute) : H5I_INVALID_HID;
  const hssize_t found = space >= 0 ? H5Sget_simple_extent_npoints(space) : 0;
  if (found > 0 && type >= 0 && H5Tget_class(type) == H5T_STRING) {
    *n = (size_t)found;
    word = read_words(attribute, type, *n);
  }
  if (space >= 0)
    H5Sclose(space);
  if (type >= 0)
    H5Tclose(type);
  if (attribute >= 0)
    H5Aclose(attribute);
  return word;
}

bool store_text_attribute(hid_t object, const char *name, char **text)
{
  size_t n = 0;
  char **word = store_words_attribute(object, name, &n);
  *text = word && n == 1 ? strdup(word[0]) : NULL;
  store_free_words(word);
  return *text != NULL;
}

bool store_number_attribute(hid_t object, const char *name, double *value)
{
  bool read = false;
  if (H5Aexists(object, name) <= 0)
    return false;
  const hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
  const hid_t type = attribute >= 0 ? H5Aget_type(attribute) : H5I_INVALID_HID;
  const hid_t space = attribute >= 0 ? H5Aget_space(attribute) : H5I_INVALID_HID;
  const H5T_class_t class = type >= 0 ? H5Tget_class(type) : H5T_NO_CLASS;
  if ((class == H5T_FLOAT || class == H5T_INTEGER) && space >= 0 &&
      H5Sget_simple_extent_npoints(space) == 1)
    read = H5Aread(attribute, H5T_NATIVE_DOUBLE, value) >= 0;
  if (space >= 0)
    H5Sclose(space);
  if (type >= 0)
    H5Tclose(type);
  if (attribute >= 0)
    H5Aclose(attribute);
  return read;
}

/* ---- links ---- */

int store_each_link(hid_t group, int (*each)(hid_t group, const char *name, void *arg), void *arg)
{
  H5G_info_t info;
  int status = EXIT_FINE;
  if (H5Gget_info(group, &info) < 0)
    return EXIT_IO;
  const hid_t list = H5Gget_create_plist(group);
  unsigned order = 0;
  if (list >= 0) {
    H5Pget_link_creation_order(list, &order);
    H5Pclose(list);
  }
  const H5_index_t by = order & H5P_CRT_ORDER_TRACKED ? H5_INDEX_CRT_ORDER : H5_INDEX_NAME;
  for (hsize_t i = 0; status == EXIT_FINE && i < info.nlinks; i++) {
    char name[STORE_MAX_NAME];
    const ssize_t length =
        H5Lget_name_by_idx(group, ".", by, H5_ITER_INC, i, name, sizeof name, H5P_DEFAULT);
    H5L_info_t link;
    if (length > 0 && (size_t)length < sizeof name &&
        H5Lget_info(group, name, &link, H5P_DEFAULT) >= 0 && link.type == H5L_TYPE_HARD)
      status = each(group, name, arg);
  }
  return status;
}

typedef struct walk { /* where we are among the groups */
  hid_t file;
  const char *path;
  int depth; /* a group may be linked into itself */
  store_visitor each;
  void *arg;
} walk;

static int walk_group(const walk *parent, const char *path);

static int walk_link(hid_t group, const char *name, void *arg)
{
  const walk *parent = arg;
  char path[1024];
  const hid_t object = H5Oopen(group, name, H5P_DEFAULT);
  if (object < 0)
    return EXIT_IO;
  const bool is_group = H5Iget_type(object) == H5I_GROUP;
  H5Oclose(object);
  if (!is_group || parent->depth > 16)
    return EXIT_FINE;
  const int length = snprintf(path, sizeof path, "%s/%s",
                              strcmp(parent->path, "/") == 0 ? "" : parent->path, name);
  return length < (int)sizeof path ? walk_group(parent, path) : EXIT_FINE;
}

static int walk_group(const walk *parent, const char *path)
{
  walk here = *parent;
  here.path = path;
  here.depth++;
  const hid_t group = H5Gopen2(here.file, path, H5P_DEFAULT);
  if (group < 0)
    return EXIT_IO;
  int status = here.each(group, path, here.arg);
  if (status == EXIT_FINE)
    status = store_each_link(group, walk_link, &here);
  H5Gclose(group);
  return status;
}

int store_each_group(hid_t file, const char *path, store_visitor each, void *arg)
{
  const walk above = { .path = "", .each = each, .arg = arg, .file = file };
  return walk_group(&above, path);
}
