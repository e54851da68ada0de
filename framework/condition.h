/* condition.h - what an evaluation can go through: every task as it is, then every condition, a task with
 * events; a sweep is a condition for each of its steps, "freeze at 40". Opens the worlds that events change to.
 */
#ifndef HEBB_CONDITION_H
#define HEBB_CONDITION_H

#include "event.h"

struct plan;

enum { CONDITION_NAME_SIZE = 96 };

typedef struct condition {
  char name[CONDITION_NAME_SIZE];
  const char *base; /* as the experiment calls it: of a sweep without its step */
  int32_t task;
  int32_t index;    /* in experiment.condition; -1: a task as it is          */
  int64_t at;       /* the step of a sweep; -1: it is none                   */
  const event *event; /* [n_event] */
  int32_t n_event;
} condition;

typedef struct condition_list {
  condition *row; /* [n] */
  int32_t n;
  event *event;   /* of all rows, one after the other */
  void **model;   /* [n_model] of set_env; to be closed */
  int32_t n_model;
} condition_list;

/* Of a plan whose worlds are open and whose genome is built. ALL that does not fit goes into err, each with
   its place in the file. */
int condition_open_all(struct plan *p, error *err);
void condition_close_all(struct plan *p);

/* The rows that words name: a task or condition, a sweep by its name without the step, or "all". No words: the
   tasks. row [list n] is filled in the list's order; command begins the sentence about a word that names none. */
int condition_select(const condition_list *list, const char *command, const char *const *word,
                     int32_t n_word, int32_t *row, int32_t *n_row, error *err);

/* The condition's settings as TOML; caller frees. */
char *condition_toml(const experiment *e, const condition *c);

#endif
