/* replay.c - the life is lived twice: once to learn its length, once for the pictures. */
#include "replay.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "interrupt.h"
#include "picture.h"
#include "rollout.h"

typedef struct painter {
  const replay_options *o;
  replay_life *life;
  picture *file;
  uint8_t *rgb;
  error *err; /* once it says something, no more pictures are drawn */
} painter;

static void draw(painter *x, const rollout *r)
{
  const replay_options *o = x->o;
  if (x->err->status || interrupt_requested())
    return;
  const hebb_env *env = r->plan->experiment->env_plugin;
  const int status = env->draw(r->sim[r->task], 0, o->width, o->height, x->rgb);
  if (status != HEBB_OK)
    error_add(x->err, EXIT_RUN_FAILED, "%s: cannot draw a picture of %d x %d pixels (status %d)",
              env->base.name, (int)o->width, (int)o->height, status);
  else
    picture_add(x->file, x->rgb, x->err);
}

static void before(void *self, const rollout *r, int32_t step)
{
  painter *x = self;
  if (step % x->life->every == 0)
    draw(x, r);
}

static void after(void *self, const rollout *r, int32_t step)
{
  (void)self, (void)r, (void)step;
}

static void end(void *self, const rollout *r, int32_t n_step)
{
  painter *x = self;
  if (n_step == x->life->n_step)
    draw(x, r);
}

static bool is_sheet(const char *path)
{
  const char *dot = strrchr(path, '.');
  return dot && strcasecmp(dot, ".png") == 0;
}

/* Of a decision; worlds that do not say are shown at 20 a second. */
static double seconds_of(const plan *p, int32_t task)
{
  const double seconds = p->world[task].shape.step_seconds;
  return seconds > 0 ? seconds : 0.05;
}

/* How many pictures a life of n_step decisions makes, and how far apart they are. */
static void plan_pictures(const replay_options *o, double step_seconds, replay_life *life)
{
  life->every = o->every;
  if (o->every <= 0 && is_sheet(o->path))
    life->every = (life->n_step + REPLAY_SHEET - 2) / (REPLAY_SHEET - 1);
  else if (o->every <= 0)
    life->every = (int64_t)fmin(1e9, round(REPLAY_SECONDS / step_seconds));
  if (life->every > life->n_step) // its first and its last state: so far apart are these
    life->every = life->n_step;
  if (life->every < 1)
    life->every = 1;
  life->n_picture = (life->n_step + life->every - 1) / life->every + 1;
}

static void live(rollout *r, const replay_options *o, const rollout_observer *observer)
{
  const lifetime_config *l = &r->plan->experiment->lifetime;
  const rollout_seeds seeds =
      seeds_of_evaluation(o->seed, o->rollout, l->keep_weights ? (uint32_t)l->episodes : 1);
  const condition *c = o->condition;
  rollout_life_with(r, c->task, o->genome, &seeds, c->event, c->n_event, observer);
}

/* The second life, with pictures. */
static int paint(rollout *r, const replay_options *o, replay_life *life, error *err)
{
  const picture_job job = { .path = o->path,
                            .width = o->width,
                            .height = o->height,
                            .n_picture = life->n_picture,
                            .seconds =
                                seconds_of(r->plan, o->condition->task) * (double)life->every };
  painter x = { .o = o, .life = life, .err = err };
  x.rgb = calloc((size_t)o->width * (size_t)o->height, 3);
  if (!x.rgb)
    return error_add(err, EXIT_RUN_FAILED, "replay: no memory for a picture");
  if (picture_open(&job, &x.file, err) == EXIT_FINE) {
    const rollout_observer observer = { .self = &x, .before = before, .after = after, .end = end };
    live(r, o, &observer);
    if (interrupt_requested()) { // whatever else went wrong, that is why
      *err = (error){ 0 };
      error_add(err, EXIT_INTERRUPTED, "replay: interrupted; nothing was written");
    }
    picture_close(x.file, err->status == EXIT_FINE, err);
  }
  free(x.rgb);
  return err->status;
}

int replay(const plan *p, const replay_options *o, replay_life *life, error *err)
{
  const experiment *e = p->experiment;
  rollout *r = NULL;
  *life = (replay_life){ 0 };
  if (!e->env_plugin->draw)
    return error_add(err, EXIT_CONFIGURATION,
                     "%s draws no pictures: its life can be recorded by hebb evaluate --record 1",
                     e->env_plugin->base.name);
  if (!picture_format_of(o->path, err) || rollout_new(p, 1, &r, err) != EXIT_FINE)
    return err->status;
  live(r, o, NULL);
  life->n_step = r->length[0];
  life->total_return = r->total[0];
  life->why = r->failure[0] != FAILURE_NONE ? r->why[0] : NULL;
  plan_pictures(o, seconds_of(p, o->condition->task), life);
  if (life->why && life->n_step == 0)
    error_add(err, EXIT_RUN_FAILED, "replay: this life failed before its first decision: %s",
              life->why);
  else
    paint(r, o, life, err);
  rollout_free(r);
  return err->status;
}
