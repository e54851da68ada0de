/* mujoco_engine.h - libmujoco 2.2.2 for environments: models from text, failures in words.
 *
 * Whoever includes this compiles mujoco_engine.c into the plugin. MuJoCo reports through two global
 * functions; engine_open replaces them, so that nothing is printed, no MUJOCO_LOG.TXT appears and
 * nobody waits for a key.
 */
#ifndef MUJOCO_ENGINE_H
#define MUJOCO_ENGINE_H

#include <mujoco/mujoco.h>
#include <stddef.h>

/* Cold [main]: compiles a model from MJCF text. NULL: why has the sentence. */
mjModel *engine_model(const char *text, char *why, size_t size);

/* Cold: NULL where memory is refused. */
mjData *engine_data(const mjModel *m);

/* Hot: n steps of the physics. NULL, or a static sentence where the simulation broke: the data then
   needs mj_resetData before anything else. */
const char *engine_step(const mjModel *m, mjData *d, int n);

#endif
