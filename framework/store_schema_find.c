/* store_schema_find.c - looks up the schema's rows: names with a '*' in them fit many. */
#include "store_hdf5.h"

#include <stdio.h>
#include <string.h>

/* Matches text against a pattern with at most one '*', which stands for at least one character. */
static bool matches(const char *pattern, const char *text, char *stem)
{
  const char *star = strchr(pattern, '*');
  stem[0] = '\0';
  if (!star)
    return strcmp(pattern, text) == 0;
  const size_t before = (size_t)(star - pattern), after = strlen(star + 1), length = strlen(text);
  if (length <= before + after || strncmp(pattern, text, before) != 0 ||
      strcmp(text + length - after, star + 1) != 0)
    return false;
  snprintf(stem, STORE_MAX_NAME, "%.*s", (int)(length - before - after), text + before);
  return strchr(stem, '/') == NULL;
}

const store_variable *store_schema_next(const store_variable *row, uint32_t kind, const char *group,
                                        const char *name, bool attribute, char *stem)
{
  char group_stem[STORE_MAX_NAME];
  for (row = row ? row + 1 : store_schema; row->name; row++)
    if ((row->kinds & kind) && attribute == ((row->flags & STORE_ATTRIBUTE) != 0) &&
        matches(row->group, group, group_stem) && matches(row->name, name, stem))
      return row;
  stem[0] = '\0';
  return NULL;
}

bool store_schema_in_group(const store_variable *row, uint32_t kind, const char *group)
{
  char stem[STORE_MAX_NAME];
  return (row->kinds & kind) && matches(row->group, group, stem);
}

void store_schema_expand(const char *pattern, const char *stem, char *out, size_t size)
{
  size_t n = 0;
  for (const char *c = pattern; *c && n + 1 < size; c++) {
    if (*c != '*')
      out[n++] = *c;
    else
      for (const char *s = stem; *s && n + 1 < size; s++)
        out[n++] = *s;
  }
  out[n] = '\0';
}

const char *store_kind_name(uint32_t kind)
{
  switch (kind) {
  case STORE_RUN: return "run";
  case STORE_EVALUATION: return "evaluation";
  case STORE_PLAY: return "play";
  case STORE_GENOME: return "genome";
  default: return "";
  }
}

uint32_t store_kind_of(const char *file_kind)
{
  for (uint32_t kind = STORE_RUN; kind <= STORE_GENOME; kind <<= 1)
    if (strcmp(file_kind, store_kind_name(kind)) == 0)
      return kind;
  return 0;
}

const char *store_type_name(store_type type)
{
  static const char *const name[] = { "any", "f32", "f64", "i32", "i64", "u8", "text" };
  return name[type];
}
