/* episode.h - returns of an episode, as Tecot (2018) and many others make them. */
#ifndef EP_EPISODE_H
#define EP_EPISODE_H

#include <stdint.h>

/* g [n]: g_t = r_t + gamma g_{t+1}; may be in place. */
void ep_returns(int64_t n, double gamma, const double *reward, double *g);

/* g [n] in place: (g - mean) / (standard deviation + 1.19e-7), that of a sample (n - 1); a single one becomes 0. */
void ep_normalise(int64_t n, double *g);

/* Slope of the smooth absolute error (Huber's, with beta 1) at value - wanted. */
static inline double ep_smooth_slope(double difference)
{
  return difference < -1 ? -1 : difference > 1 ? 1 : difference;
}

#endif
