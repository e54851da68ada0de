/* mujoco_engine.c - libmujoco 2.2.2 for environments. */
#include "mujoco_engine.h"

#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* MuJoCo's error function has no argument of ours and must not return, so the way out of the call
   that this thread has under way is kept beside it. The model of storage avoids an allocation at a
   thread's first use. */
static _Thread_local jmp_buf *way_out __attribute__((tls_model("initial-exec")));
static void (*next_error)(const char *); // of another plugin that was there before

static void on_error(const char *message)
{
  if (way_out)
    longjmp(*way_out, 1);
  if (next_error)
    next_error(message);
  abort(); // a call that is not made below: going on would work on broken data
}

static void on_warning(const char *message)
{
  (void)message; // engine_step reads the counters
}

/* Once: another plugin with a copy of this file may come later and hands on what is not its own. */
static void install(void)
{
  static bool installed;
  if (installed)
    return;
  installed = true;
  next_error = mju_user_error;
  mju_user_error = on_error;
  mju_user_warning = on_warning;
}

/* The loader may raise an error of its own; what it allocated until then is lost. */
static mjModel *load(const mjVFS *files, char *why, size_t size)
{
  jmp_buf out;
  mjModel *volatile m = NULL;
  way_out = &out;
  if (setjmp(out) == 0)
    m = mj_loadXML("model.xml", files, why, (int)size);
  else
    snprintf(why, size, "MuJoCo raised an error while it compiled the model");
  way_out = NULL;
  return m;
}

mjModel *engine_model(const char *text, char *why, size_t size)
{
  install();
  mjVFS *files = malloc(sizeof *files); // 2 MB
  if (!files) {
    snprintf(why, size, "no memory");
    return NULL;
  }
  mj_defaultVFS(files);
  mjModel *m = NULL;
  const int length = (int)strlen(text);
  if (mj_makeEmptyFileVFS(files, "model.xml", length) == 0) {
    memcpy(files->filedata[0], text, (size_t)length);
    m = load(files, why, size);
    mj_freeLastXML(); // a copy that MuJoCo keeps for saving
  } else {
    snprintf(why, size, "no memory");
  }
  mj_deleteVFS(files);
  free(files);
  return m;
}

mjData *engine_data(const mjModel *m)
{
  jmp_buf out;
  mjData *volatile d = NULL;
  way_out = &out;
  if (setjmp(out) == 0)
    d = mj_makeData(m);
  way_out = NULL;
  return d;
}

/* The counters start at 0 at every mj_resetData. The first four make MuJoCo reset the state
   silently, or drop all controls. */
static const char *broken(const mjData *d)
{
  static const struct {
    int warning;
    const char *why;
  } reason[] = {
    { mjWARN_BADQPOS, "the simulation broke: a position is not finite or huge" },
    { mjWARN_BADQVEL, "the simulation broke: a velocity is not finite or huge" },
    { mjWARN_BADQACC, "the simulation broke: an acceleration is not finite or huge" },
    { mjWARN_BADCTRL, "the simulation broke: a control is not finite or huge" },
    { mjWARN_CONTACTFULL, "the simulation has more contacts than its model allows" },
    { mjWARN_CNSTRFULL, "the simulation has more constraints than its model allows" },
    { mjWARN_INERTIA, "the simulation broke: the inertia matrix is singular" },
  };
  for (size_t i = 0; i < sizeof reason / sizeof reason[0]; i++)
    if (d->warning[reason[i].warning].number)
      return reason[i].why;
  return NULL;
}

const char *engine_step(const mjModel *m, mjData *d, int n)
{
  jmp_buf out;
  way_out = &out;
  if (setjmp(out)) {
    way_out = NULL;
    return "MuJoCo raised an error in a step";
  }
  for (int i = 0; i < n; i++)
    mj_step(m, d);
  way_out = NULL;
  return broken(d);
}
