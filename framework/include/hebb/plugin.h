/* hebb/plugin.h - what every plugin has in common.
 *
 * A plugin is a shared library that exports one function, hebb_plugin_at, and hands out constant
 * descriptors. It includes these headers and links with nothing of ours. The types can be used from
 * C++; the parameter macros (_Generic, designated initialisers) are C11 only.
 *
 * How the interface grows without a new number: members are only ever added at the end of a descriptor
 * or of a struct that begins with its size. The host reads no more of a descriptor than `size` says;
 * what an older plugin does not have is NULL. A plugin reads and writes no more of a struct that the
 * host hands it than that struct's `size` says. hebb_param, hebb_array and hebb_segment, which come in
 * arrays, and hebb_pool never change.
 *
 * Calls are COLD (before the first life or after the last; they may allocate and may fail) or HOT
 * (inside lives; they neither allocate nor fail). Each member says which, and from which thread:
 *   [main]    the main thread only
 *   [worker]  any one thread at a time for one object (a sim, a state)
 *   [any]     any number of threads at once
 */
#ifndef HEBB_PLUGIN_H
#define HEBB_PLUGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The binary interface of these headers. A plugin built for another number is refused. */
#define HEBB_ABI 1u

#define HEBB_EXPORT __attribute__((visibility("default")))

/* What a cold call returns. */
enum hebb_status {
  HEBB_OK = 0,
  HEBB_EINVAL = -1, /* a value that cannot be used */
  HEBB_ENOMEM = -2, /* memory refused */
  HEBB_EIO = -3,    /* a file or a library failed */
  HEBB_ENAN = -4    /* a number that is not finite */
};

enum hebb_kind { HEBB_RULE = 1, HEBB_ENV = 2, HEBB_OPTIMIZER = 3, HEBB_EXECUTOR = 4 /* reserved */ };

/* ---- parameters: one row each, from which TOML check, help, manual and HDF5 attributes come ---- */

typedef enum hebb_type {
  HEBB_TYPE_REAL = 1, /* double                                                               */
  HEBB_TYPE_INTEGER,  /* int64_t                                                              */
  HEBB_TYPE_BOOLEAN,  /* bool                                                                 */
  HEBB_TYPE_CHOICE,   /* int32_t: index into choices                                          */
  HEBB_TYPE_TEXT      /* const char *: owned by the host, valid as long as the config; or NULL */
} hebb_type;

enum { HEBB_PARAM_OPTIONAL = 1 }; /* may be left out: a real is then NaN, a text NULL */

typedef struct hebb_param {
  const char *key;       /* name of the field and of the TOML key; NULL ends the table               */
  uint32_t type;         /* hebb_type                                                                */
  uint32_t offset;       /* of the field in the config, bytes                                        */
  uint32_t count;        /* 1, or the length of an array of numbers                                  */
  uint32_t flags;        /* HEBB_PARAM_OPTIONAL                                                      */
  double def, min, max;  /* default (of every element) and allowed range, both ends included         */
  const char *choices;   /* "first|second|third", the first is the default; the default of a text    */
  const char *unit;      /* SI or CF unit; "1" for a pure number; "" where it has no meaning         */
  const char *doc;       /* one sentence                                                             */
} hebb_param;

/* clang-format off */
#define HEBB_TYPE_OF(config, field)                                                                \
  _Generic(((config *)0)->field,                                                                   \
    double: HEBB_TYPE_REAL, double *: HEBB_TYPE_REAL,                                              \
    int64_t: HEBB_TYPE_INTEGER, int64_t *: HEBB_TYPE_INTEGER, bool: HEBB_TYPE_BOOLEAN)
#define HEBB_COUNT_OF(config, field)                                                               \
  _Generic(((config *)0)->field,                                                                   \
    double *: (uint32_t)(sizeof(((config *)0)->field) / sizeof(double)),                           \
    int64_t *: (uint32_t)(sizeof(((config *)0)->field) / sizeof(int64_t)), default: 1u)
/* A number, an array of numbers or a flag; the type comes from the field: a row that disagrees with
   its field does not compile. */
#define HEBB_PARAM(config, field, def_, min_, max_, unit_, doc_)                                   \
  { .key = #field, .type = HEBB_TYPE_OF(config, field),                                            \
    .offset = (uint32_t)offsetof(config, field), .count = HEBB_COUNT_OF(config, field),            \
    .def = (def_), .min = (min_), .max = (max_), .unit = (unit_), .doc = (doc_) }
/* A real (or array of reals) that may be left out: the field then holds NaN. */
#define HEBB_OPTIONAL(config, field, min_, max_, unit_, doc_)                                      \
  { .key = #field,                                                                                 \
    .type = _Generic(((config *)0)->field, double: HEBB_TYPE_REAL, double *: HEBB_TYPE_REAL),      \
    .offset = (uint32_t)offsetof(config, field), .count = HEBB_COUNT_OF(config, field),            \
    .flags = HEBB_PARAM_OPTIONAL, .min = (min_), .max = (max_), .unit = (unit_), .doc = (doc_) }
/* One of several words; the int32_t field holds its index. */
#define HEBB_CHOICE(config, field, choices_, doc_)                                                 \
  { .key = #field, .type = _Generic(((config *)0)->field, int32_t: HEBB_TYPE_CHOICE),              \
    .offset = (uint32_t)offsetof(config, field), .count = 1, .choices = (choices_),                \
    .unit = "", .doc = (doc_) }
/* Free text; def_ is a string, or NULL where it may be left out. */
#define HEBB_TEXT(config, field, def_, doc_)                                                       \
  { .key = #field, .type = _Generic(((config *)0)->field, const char *: HEBB_TYPE_TEXT),           \
    .offset = (uint32_t)offsetof(config, field), .count = 1, .choices = (def_),                    \
    .flags = (const char *)(def_) ? 0u : HEBB_PARAM_OPTIONAL, .unit = "", .doc = (doc_) }
/* clang-format on */

/* ---- named quantities: of an environment, a learner or an optimizer's state ---- */

enum hebb_dtype { HEBB_F32 = 1, HEBB_F64 = 2, HEBB_I32 = 3, HEBB_U8 = 4 };

enum {
  HEBB_ARRAY_PER_EPISODE = 1, /* fixed for an episode (a track), read once after reset            */
  HEBB_ARRAY_VARIES = 2       /* extent[0] is a maximum; the rest is filled with NaN or -1         */
};

typedef struct hebb_array {
  const char *name, *unit, *doc; /* name: snake_case; doc: one sentence; static text of the plugin   */
  const char *dims;              /* a name for each dimension, by spaces: "pre post", "joint"        */
  uint32_t dtype, rank;          /* hebb_dtype; 0 dimensions (a scalar) to 4                         */
  int32_t extent[4];
  uint32_t flags;
  size_t offset;                 /* bytes into the state, where the array lives in one; else 0       */
} hebb_array;

/* ---- what the host lends ---- */

/* Services for cold calls; owned by the host, valid during the call only. */
typedef struct hebb_host {
  uint32_t abi, size;
  void *self;
  /* Records why a call fails and returns status: `return host->fail(host, HEBB_EINVAL, "...")`.
     Write one sentence that says what is wrong and what to do, without a newline. */
  int (*fail)(const struct hebb_host *, int status, const char *format, ...)
      __attribute__((format(printf, 3, 4)));
  /* Tells the user something that is no failure. */
  void (*warn)(const struct hebb_host *, const char *format, ...)
      __attribute__((format(printf, 2, 3)));
  /* The full path of an installed data file, or NULL; valid until the plugin's close. */
  const char *(*find_data)(const struct hebb_host *, const char *name);
  /* Zeroed memory that lives until the program ends, for tables whose size the config decides (a
     learner's segments); NULL where memory is refused. */
  void *(*keep)(const struct hebb_host *, size_t bytes);
} hebb_host;

/* The host's workers. run splits 0 .. n-1 into ranges, calls work for each from several threads and
   returns when all are done; the ranges differ from machine to machine, so a result must not depend
   on them. work must not call run. */
typedef struct hebb_pool {
  void *self;
  void (*run)(const struct hebb_pool *, int64_t n,
              void (*work)(void *arg, int64_t first, int64_t end), void *arg);
} hebb_pool;

/* ---- the descriptor's common head ---- */

enum {
  HEBB_NEEDS_PROCESS = 1,    /* not thread-safe: wants worker processes                    */
  HEBB_NONDETERMINISTIC = 2, /* equal seeds may give different results                    */
  HEBB_LEAVES_GENOME = 4     /* an optimizer: all candidates are the genome at the start  */
};

typedef struct hebb_plugin {
  uint32_t abi, size;       /* HEBB_ABI; sizeof the whole descriptor                                */
  uint32_t kind, config_size; /* hebb_kind; bytes of the config that params describe (0: none)      */
  uint32_t flags;
  const char *name;         /* [a-z][a-z0-9_-]{0,63}                                                */
  const char *version;      /* of the plugin: a published rule never changes its meaning            */
  const char *brief;        /* one line                                                             */
  const char *cite;         /* the paper, or ""                                                     */
  const hebb_param *params; /* ends with {0}; NULL: none. The host allocates the config, fills in   */
                            /* defaults and checks ranges before any call sees it                   */
} hebb_plugin;

#define HEBB_HEAD(kind_, type_, config_)                                                           \
  .abi = HEBB_ABI, .size = (uint32_t)sizeof(type_), .kind = (kind_),                               \
  .config_size = (uint32_t)sizeof(config_)

/* The one exported symbol [main, cold]: the index-th descriptor, NULL past the last. */
HEBB_EXPORT const hebb_plugin *hebb_plugin_at(uint32_t index);

#ifdef __cplusplus
}
#endif

#endif
