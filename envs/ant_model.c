/* ant_model.c - the quadruped as MJCF text.
 *
 * A sphere with four legs; a leg is three capsules in a line at zero angles: `leg` (fixed to the
 * torso), `aux` (turned by the hip about the vertical) and `foot` (turned by the ankle). It is the
 * skeleton of gym's ant.xml, after Schulman et al., "High-dimensional continuous control using
 * generalized advantage estimation", ICLR 2016.
 */
#include "ant_model.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

static const double pi = 3.14159265358979323846;
static const double torso_radius = 0.25, radius = 0.08, segment = 0.2;
static const double side[ANT_N_LEG][2] = { { 1, 1 }, { -1, 1 }, { -1, -1 }, { 1, -1 } };
static const char *const leg_name[ANT_N_LEG] = { "front_left", "front_right", "left_back",
                                                 "right_back" };

typedef struct writer {
  char *text;
  size_t size, length;
} writer;

__attribute__((format(printf, 2, 3))) static void put(writer *w, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  const size_t room = w->length < w->size ? w->size - w->length : 0;
  const int n = vsnprintf(room ? w->text + w->length : NULL, room, format, arguments);
  va_end(arguments);
  w->length += n > 0 ? (size_t)n : 0;
}

/* Bullet caches a contact up to 0.02 of the geometry's reach: half the diagonal of its box, which
   has a margin of 0.04 m on every side. */
static double cached_distance(double end)
{
  const double xy = end + 2 * radius + 0.08, z = 2 * radius + 0.08;
  return 0.02 * 0.5 * sqrt(2 * xy * xy + z * z);
}

static void put_margin(writer *w, const ant_body *b, double cached)
{
  if (b->sense_margin)
    put(w, " margin=\"%.17g\" gap=\"%.17g\"", cached, cached);
}

/* A capsule from the body's origin to (end sx, end sy, 0). Bullet takes its volume at 1000 kg/m^3,
   and for its inertia that of the box around it, margin included. */
static void put_capsule(writer *w, const ant_body *b, const double s[2], double end)
{
  if (b->explicit_mass) {
    const double length = sqrt(2 * end * end);
    const double mass =
        1000 * (4.0 / 3.0 * pi * radius * radius * radius + pi * radius * radius * length);
    const double xy = end + 2 * radius + 0.08, z = 2 * radius + 0.08;
    put(w, "<inertial pos=\"%.17g %.17g 0\" mass=\"%.17g\" diaginertia=\"%.17g %.17g %.17g\"/>\n",
        0.5 * end * s[0], 0.5 * end * s[1], mass, mass / 12 * (xy * xy + z * z),
        mass / 12 * (xy * xy + z * z), mass / 12 * (xy * xy + xy * xy));
  }
  put(w, "<geom type=\"capsule\" size=\"%.17g\" fromto=\"0 0 0 %.17g %.17g 0\"", radius, end * s[0],
      end * s[1]);
  put_margin(w, b, cached_distance(end));
  put(w, "/>\n");
}

static void put_torso(writer *w, const ant_body *b)
{
  const double volume = 4.0 / 3.0 * pi * torso_radius * torso_radius * torso_radius;
  put(w, "<body name=\"torso\" pos=\"0 0 %.17g\">\n", ant_initial_z);
  put(w, "<joint name=\"root\" type=\"free\" armature=\"0\" damping=\"0\" limited=\"false\"/>\n");
  if (b->explicit_mass) {
    const double mass = 1000 * volume * b->torso_mass_scale;
    const double inertia = 0.4 * mass * torso_radius * torso_radius;
    put(w, "<inertial pos=\"0 0 0\" mass=\"%.17g\" diaginertia=\"%.17g %.17g %.17g\"/>\n", mass,
        inertia, inertia, inertia);
  }
  put(w, "<geom type=\"sphere\" size=\"%.17g\" density=\"%.17g\"", torso_radius,
      5 * b->torso_mass_scale);
  put_margin(w, b, 0.02 * sqrt(3) * torso_radius);
  put(w, "/>\n");
}

static void put_leg(writer *w, const ant_body *b, int leg)
{
  const double *s = side[leg];
  // every ankle bends the foot down within its range
  const bool mirrored = leg == 1 || leg == 2;
  const double low = mirrored ? -b->ankle_range[1] : b->ankle_range[0];
  const double high = mirrored ? -b->ankle_range[0] : b->ankle_range[1];
  put(w, "<body name=\"%s_leg\" pos=\"0 0 0\">\n", leg_name[leg]);
  put_capsule(w, b, s, segment);
  put(w, "<body name=\"aux_%d\" pos=\"%.17g %.17g 0\">\n", leg + 1, segment * s[0], segment * s[1]);
  put(w, "<joint name=\"hip_%d\" type=\"hinge\" axis=\"0 0 1\" range=\"%.17g %.17g\"/>\n", leg + 1,
      b->hip_range[0], b->hip_range[1]);
  put_capsule(w, b, s, segment);
  put(w, "<body name=\"%s_foot\" pos=\"%.17g %.17g 0\">\n", leg_name[leg], segment * s[0],
      segment * s[1]);
  put(w, "<joint name=\"ankle_%d\" type=\"hinge\" axis=\"%d 1 0\" range=\"%.17g %.17g\"/>\n",
      leg + 1, leg % 2 ? 1 : -1, low, high);
  put_capsule(w, b, s, b->foot[leg]);
  put(w, "</body></body></body>\n");
}

/* Sizes: 13 capsules and a sphere that lie flat touch at 25 points; 4 rows each and 8 limits. */
static void put_options(writer *w, const ant_body *b)
{
  put(w, "<compiler angle=\"degree\" coordinate=\"local\" inertiafromgeom=\"%s\"/>\n",
      b->explicit_mass ? "false" : "true");
  put(w, "<option integrator=\"%s\" timestep=\"%.17g\" gravity=\"0 0 %.17g\"/>\n",
      b->rk4 ? "RK4" : "Euler", b->timestep, -b->gravity);
  put(w, "<size njmax=\"120\" nconmax=\"32\" nstack=\"60000\"/>\n");
  put(w,
      "<default><joint armature=\"%.17g\" damping=\"%.17g\" limited=\"true\" "
      "solreflimit=\"%.17g %.17g\"/>\n",
      b->armature, b->damping, b->limit_solref[0], b->limit_solref[1]);
  put(w,
      "<geom contype=\"1\" conaffinity=\"0\" condim=\"3\" density=\"5\" margin=\"%.17g\" "
      "friction=\"%.17g 0.5 0.5\" solref=\"%.17g %.17g\"/>\n",
      b->contact_margin, b->friction, b->contact_solref[0], b->contact_solref[1]);
  put(w, "<motor ctrllimited=\"true\" ctrlrange=\"-1 1\"/></default>\n");
}

bool ant_model_text(const ant_body *b, char *text, size_t size)
{
  writer out = { text, size, 0 }, *w = &out;
  put(w, "<mujoco model=\"ant\">\n");
  put_options(w, b);
  put(w,
      "<worldbody>\n<geom name=\"floor\" type=\"plane\" size=\"40 40 40\" conaffinity=\"1\"/>\n");
  put_torso(w, b);
  for (int leg = 0; leg < ANT_N_LEG; leg++)
    put_leg(w, b, leg);
  put(w, "</body>\n</worldbody>\n<actuator>\n");
  for (int i = 0; i < ANT_N_JOINT; i++) {
    const int k = b->gym_action_order ? (i + 6) % ANT_N_JOINT : i;
    put(w, "<motor joint=\"%s\" gear=\"%.17g\"/>\n", ant_joint_name[k], b->gear[k]);
  }
  put(w, "</actuator>\n</mujoco>\n");
  return out.length < size;
}
