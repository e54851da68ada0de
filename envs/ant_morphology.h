/* ant_morphology.h - which feet of the quadruped are short or long, by name. */
#ifndef ANT_MORPHOLOGY_H
#define ANT_MORPHOLOGY_H

#include "ant_task.h"

/* As published: Najarro & Risi 2020 and Palm et al. 2021 went by the names of the bodies, which are
   not where the legs are. The others say where: front is +x, left is +y. */
#define ANT_MORPHOLOGIES                                                                           \
  "normal|najarro_left|najarro_right|palm_left|palm_right|long_back|long_front|"                   \
  "front_left_damaged|front_right_damaged|rear_left_damaged|rear_right_damaged|"                   \
  "long_front_geometric|long_rear_geometric|long_left_geometric|long_right_geometric|"             \
  "damaged_left_front|damaged_right_front"
enum { ANT_N_MORPHOLOGY = 17 };

extern const double ant_morphology_foot[ANT_N_MORPHOLOGY][ANT_N_LEG]; /* along x and along y (m) */

/* Length times scale for each foot; where a length is NaN, the morphology's counts. */
void ant_feet(int32_t morphology, const double length[ANT_N_LEG], const double scale[ANT_N_LEG],
              double foot[ANT_N_LEG]);

#endif
