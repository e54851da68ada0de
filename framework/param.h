/* param.h - parameter rows: defaults, ranges, choices, text; for plugins and for the host's
   tables. */
#ifndef HEBB_PARAM_H
#define HEBB_PARAM_H

#include <stdio.h>

#include "error.h"
#include "hebb/plugin.h"

/* A flag of the host's own rows: a list of 0 to count whole numbers. The int32_t behind the
   array in the config is its length; choices holds the default ("128, 64"). Plugins have arrays
   of fixed length. */
enum { PARAM_LIST = 1 << 16 };

/* The row of a key, or NULL. */
const hebb_param *param_find(const hebb_param *rows, const char *key);

/* Fills a zeroed config with every default. Texts point into the rows. */
void param_defaults(const hebb_param *rows, void *config);

/* Sets element `index` of a row; `where` begins the sentence ("first.toml:12:1: optimizer.sigma").
   Ranges are checked, NaN and infinities are refused. A text is not copied. */
int param_set_real(const hebb_param *row, void *config, uint32_t index, double value,
                   const char *where, error *err);
int param_set_integer(const hebb_param *row, void *config, uint32_t index, int64_t value,
                      const char *where, error *err);
int param_set_boolean(const hebb_param *row, void *config, bool value, const char *where,
                      error *err);
int param_set_text(const hebb_param *row, void *config, const char *value, const char *where,
                   error *err); /* HEBB_TYPE_TEXT and HEBB_TYPE_CHOICE */

/* Reads element `index` back; booleans and choices as numbers. */
double param_real(const hebb_param *row, const void *config, uint32_t index);
const char *param_text(const hebb_param *row, const void *config); /* a TEXT's value, may be NULL */

/* The word of a choice, in a buffer of `size`; "" past the last. */
const char *param_choice(const hebb_param *row, int32_t index, char *buffer, size_t size);
bool param_is_set(const hebb_param *row, const void *config); /* false: OPTIONAL and left out */

/* Sets the length of a PARAM_LIST; its elements follow through param_set_integer. */
int param_set_length(const hebb_param *row, void *config, uint32_t length, const char *where,
                     error *err);

/* Adds `where: wants ..., not <found>`, what a row wants spelled out; EXIT_CONFIGURATION. */
int param_refuse(const hebb_param *row, const char *found, const char *where, error *err);

/* A number as TOML in the shortest form that reads back to the same bits; a real always shows
   that it is one (1.0, not 1). */
enum { PARAM_NUMBER_SIZE = 32 };
const char *param_number(double value, bool real, char buffer[PARAM_NUMBER_SIZE]);

/* "sigma = 0.1" as TOML, without a newline; doubles round-trip. What is left out becomes
   a comment: "# angle =". */
void param_write_toml(const hebb_param *row, const void *config, FILE *out);

/* The default of a row as TOML ("" where it is left out), and what it allows: "0..1", "tanh|relu",
   "true|false", "text". Cut to size. */
const char *param_default_text(const hebb_param *row, char *buffer, size_t size);
const char *param_allowed_text(const hebb_param *row, char *buffer, size_t size);

/* The beginning of a user's text as messages show it: on one line, without control characters. */
enum { PARAM_SHOWN_SIZE = 80 };
const char *param_shown(const char *text, char buffer[PARAM_SHOWN_SIZE]);

/* A quoted and escaped TOML string. */
void param_write_string(const char *text, FILE *out);

/* A text folded to 96 columns, every line behind `indent` blanks. */
void param_write_folded(const char *text, int indent, FILE *out);

/* A table of rows as text for people: key, default, range or choices, unit, sentence. */
void param_describe(const hebb_param *rows, FILE *out);

/* Whether a plugin's rows make sense (keys, types, defaults in range, docs); else a sentence. */
int param_check_rows(const hebb_param *rows, size_t config_size, const char *where, error *err);

/* The nearest of the known keys (Damerau-Levenshtein distance at most 2, or 3 for long keys). */
const char *param_nearest(const char *key, const char *const *known, size_t n);

#endif
