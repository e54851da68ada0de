/* ant_shapes.c - forward kinematics of the MuJoCo ant: bodies hang on their parents by a hinge through
 * their own origin, or are fixed; each has one geometry, from its origin to twice its middle. */
#include "ant_shapes.h"

#include "ant_model.h"

void ant_shapes(const mjModel *m, const mjtNum *qpos, ant_shape shape[ANT_N_SHAPE])
{
  mjtNum at[1 + ANT_N_SHAPE][3], turn[1 + ANT_N_SHAPE][4]; // by body; 0, the world, has no use
  for (int body = ANT_BODY_TORSO; body <= ANT_N_SHAPE; body++) {
    if (body == ANT_BODY_TORSO) {
      mju_copy3(at[body], qpos);
      mju_copy4(turn[body], qpos + 3);
      mju_normalize4(turn[body]);
    } else {
      const int parent = m->body_parentid[body], joint = m->body_jntadr[body];
      mjtNum hinge[4] = { 1, 0, 0, 0 };
      if (joint >= 0)
        mju_axisAngle2Quat(hinge, m->jnt_axis + (ptrdiff_t)3 * joint, qpos[m->jnt_qposadr[joint]]);
      mju_rotVecQuat(at[body], m->body_pos + (ptrdiff_t)3 * body, turn[parent]);
      mju_addTo3(at[body], at[parent]);
      mju_mulQuat(turn[body], turn[parent], hinge);
    }
    const ptrdiff_t geom = m->body_geomadr[body];
    ant_shape *s = &shape[body - ANT_BODY_TORSO];
    mju_rotVecQuat(s->to, m->geom_pos + 3 * geom, turn[body]);
    mju_scl3(s->to, s->to, 2);
    mju_addTo3(s->to, at[body]);
    mju_copy3(s->from, at[body]);
    s->radius = m->geom_size[3 * geom];
  }
}
