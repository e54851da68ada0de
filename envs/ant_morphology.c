/* ant_morphology.c - which feet of the quadruped are short or long, by name. */
#include "ant_morphology.h"

#include <math.h>

const double ant_morphology_foot[ANT_N_MORPHOLOGY][ANT_N_LEG] = {
  /* front left, rear left, rear right, front right */
  { 0.4, 0.4, 0.4, 0.4 }, /* normal                */
  { 0.1, 0.4, 0.4, 0.4 }, /* najarro_left          */
  { 0.4, 0.4, 0.4, 0.1 }, /* najarro_right         */
  { 0.1, 0.4, 0.4, 0.4 }, /* palm_left             */
  { 0.4, 0.1, 0.4, 0.4 }, /* palm_right            */
  { 0.4, 0.4, 0.6, 0.6 }, /* long_back             */
  { 0.6, 0.6, 0.4, 0.4 }, /* long_front            */
  { 0.1, 0.4, 0.4, 0.4 }, /* front_left_damaged    */
  { 0.4, 0.4, 0.4, 0.1 }, /* front_right_damaged   */
  { 0.4, 0.1, 0.4, 0.4 }, /* rear_left_damaged     */
  { 0.4, 0.4, 0.1, 0.4 }, /* rear_right_damaged    */
  { 0.6, 0.4, 0.4, 0.6 }, /* long_front_geometric  */
  { 0.4, 0.6, 0.6, 0.4 }, /* long_rear_geometric   */
  { 0.6, 0.6, 0.4, 0.4 }, /* long_left_geometric   */
  { 0.4, 0.4, 0.6, 0.6 }, /* long_right_geometric  */
  { 0.1, 0.4, 0.4, 0.4 }, /* damaged_left_front    */
  { 0.4, 0.4, 0.4, 0.1 }, /* damaged_right_front   */
};

void ant_feet(int32_t morphology, const double length[ANT_N_LEG], const double scale[ANT_N_LEG],
              double foot[ANT_N_LEG])
{
  for (int leg = 0; leg < ANT_N_LEG; leg++)
    foot[leg] =
        scale[leg] * (isnan(length[leg]) ? ant_morphology_foot[morphology][leg] : length[leg]);
}
