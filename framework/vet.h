/* vet.h - a plugin held against what its header promises; `hebb vet` and the tests use it.
 *
 * A check is tried on many cases (sizes x combinations of options); all cases of a check share one
 * line of the report, which tells of the first that failed.
 */
#ifndef HEBB_VET_H
#define HEBB_VET_H

#include <stdio.h>

#include "loader.h"

enum { VET_MAX_CHECK = 40 };

typedef struct vet_check {
  const char *name;      /* what must hold, static text */
  int32_t n, n_failed;   /* cases */
  bool note;             /* only reported: n_failed counts the cases where it does not hold */
  char why[768];         /* of the first failure */
} vet_check;

typedef struct vet {
  vet_check check[VET_MAX_CHECK];
  int32_t n_check;
  int32_t n_config, n_refused; /* combinations of options tried; refused by the plugin itself */
  bool finished;               /* not cut short by a crash, a hang or an exit */
  char options[256];           /* the combination being tried, as TOML; "" the plugin's defaults */
  char stage[128];             /* what of it is being tried: sizes */
} vet;

/* Conformance of a rule, environment or optimizer: fills the report. `config` is the user's, whose
   choices and booleans are then varied, except those that `fixed` sets ("rule.terms=AD"). */
void vet_plugin(vet *v, const loaded *subject, const void *config, const char *const *fixed,
                int32_t n_fixed);

/* The same in a process of its own, so that a crash or an endless loop is a failed check and no end
   of ours. `seconds`: how long it may take. */
int vet_in_process(const loaded *subject, const void *config, const char *const *fixed,
                   int32_t n_fixed, unsigned seconds, vet *out, error *err);

/* Prints a line a check and a summary; how many checks failed. */
int32_t vet_print(const vet *v, const char *name, FILE *out);
int32_t vet_failed(const vet *v);

/* Holds a synaptic rule against the vectors of a file: a line a group on `out`. EXIT_MISMATCH where
   a difference exceeds tolerance x max(1, |expected|). */
int vet_vectors(const loaded *subject, const void *config, const char *path, double tolerance,
                FILE *out, error *err);

/* ---- for vet_*.c ---- */

/* Counts a case of a check; where it does not hold, the first time the sentence is kept. */
void vet_expect(vet *v, const char *check, bool holds, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void vet_note(vet *v, const char *check, bool holds);
/* The plugin refuses this combination: it may, in a sentence, unless the user chose it. */
void vet_refused(vet *v, const error *why);

void vet_rule(vet *v, const hebb_rule *rule, const void *config);
void vet_learner(vet *v, const hebb_rule *rule, const void *config);
void vet_env(vet *v, const hebb_env *env, const void *config);
void vet_optimizer(vet *v, const hebb_optimizer *optimizer, const void *config);

/* Memory with guard zones on both sides of every piece (vet_room.c). */
typedef struct vet_room vet_room;
vet_room *vet_room_new(void);             /* NULL: no memory */
void vet_room_free(vet_room *room);
void vet_room_clear(vet_room *room);      /* gives all pieces back */
void *vet_take(vet_room *room, size_t n, size_t element); /* zeroed; callers bound the sizes */
void vet_freeze(vet_room *room, const void *piece);       /* from now on nobody may change it */
const char *vet_damage(const vet_room *room); /* NULL, or what was written where nothing may be */

/* Holds prepare and sweep against update, on a layer of one size; clears the room. */
void vet_sweep(vet *v, const hebb_rule *rule, const void *config, const hebb_rule_shape *shape,
               int32_t n_pre, int32_t n_post, vet_room *room);
/* n numbers that depend on (lane, stream) alone; uniform in (-1, 1), or normal. */
void vet_fill(float *x, size_t n, uint32_t lane, uint32_t stream, bool normal);

/* Calls of malloc and its kin by the plugin's own code (vet_calls.c); in_plugin: the address of any
   of its constants. false: cannot be counted. */
bool vet_calls_watch(const void *in_plugin);
void vet_calls_begin(void);
int64_t vet_calls_end(void);

/* Hash of bytes (FNV-1a, 64 bits), continued from `hash`. */
uint64_t vet_hash(uint64_t hash, const void *bytes, size_t n);

#endif
