/* gmm_mixture.h - synapses whose rule comes from a mixture of Gaussians: k ~ softmax(logit),
 * h_c ~ N(mean_kc, (sigma factor_c)^2); the gradient of log p(h) in closed form.
 */
#ifndef HEBB_GMM_MIXTURE_H
#define HEBB_GMM_MIXTURE_H

#include <stddef.h>
#include <stdint.h>

enum {
  MIXTURE_STRIP = 64,   /* synapses that are worked on together           */
  MIXTURE_WIDTH = 16,   /* neighbours of a rule that are looked at at once */
  MIXTURE_WIDE = 8,     /* coefficients of a rule that are added at once    */
  MIXTURE_MOST_COEF = 32, /* a multiple of it                             */
  MIXTURE_MOST_RULE = 1 << 16
};

/* The neighbours of each rule, nearest first, in coordinates divided by their factors. */
typedef struct mixture_near {
  int64_t most;   /* listed of each rule, a multiple of MIXTURE_WIDTH                             */
  double *reach;  /* [rule]: all rules nearer than this are listed                                */
  float *place;   /* [rule x most / width x (1 + coef) x width]: squared distance; 2 (neighbour - rule) */
  uint16_t *rule; /* [rule x most]                                                                */
} mixture_near;

typedef struct mixture {
  int64_t n_rule, n_coef;
  double sigma;
  double inverse[MIXTURE_MOST_COEF]; /* 1 / factor of a coefficient; 0: it never varies    */
  const double *row;                 /* [rule x mixture_row(n_coef)] the means, then zeros */
  const double *plane;               /* [coef x rule] the same                             */
  mixture_near near;
} mixture;

/* Numbers in a row of so many coefficients: a multiple of MIXTURE_WIDE. */
static inline int64_t mixture_row(int64_t n_coef)
{
  return (n_coef + MIXTURE_WIDE - 1) / MIXTURE_WIDE * MIXTURE_WIDE;
}

/* Neighbours listed of each of so many rules. */
int64_t mixture_most_near(int64_t n_rule);
/* Fills m->near for rules first .. end - 1. */
void mixture_find_near(const mixture *m, int64_t first, int64_t end);

/* p [rule] = softmax(logit); returns its entropy in nats. */
double mixture_softmax(int64_t n_rule, const double *logit, double *p);
double mixture_largest(int64_t n, const double *x);

/* Rooms of one worker. */
typedef struct mixture_room {
  double *score;    /* [mixture_room_size(n_rule) + n_rule]              */
  uint32_t *answer; /* [mixture_room_size(n_rule)]: synapse << 16 | rule */
} mixture_room;
int64_t mixture_room_size(int64_t n_rule);

/* n <= MIXTURE_STRIP synapses, of which rule [n] was drawn and then h [coef x MIXTURE_STRIP]. logit
   [n x rule], largest [n] of them. Adds weight times the gradient of log p(h), r_k = softmax_k(logit_k -
   |h - mean_k|^2 / (2 sigma^2)):
     d log p / d mean_k = r_k (h - mean_k) / sigma^2        to_mean [rule x row]
     d log p / d logit_k = r_k - p_k                        to_logit [n x rule]: of this the first half
                                                            alone, p_k is the same in every candidate
   What is nothing in a double beside the largest r_k is not looked at. */
void mixture_add(const mixture *m, int64_t n, const uint16_t *rule, const double *h,
                 const double *logit, const double *largest, double weight, double *to_mean,
                 double *to_logit, const mixture_room *room);

/* The same where a synapse's rule is no question: of the means alone. */
void mixture_add_known(const mixture *m, int64_t n, const uint16_t *rule, const double *h,
                       double weight, double *to_mean);

/* How parameters [n] follow a gradient; first, second [n]: Adam's moments, NULL: plain ascent.
   squares [2]: of gradient and change are added. */
typedef struct mixture_step {
  double learning_rate, beta1, beta2, epsilon;
  double power1, power2; /* beta1, beta2 to the number of this step */
} mixture_step;
void mixture_climb(const mixture_step *step, int64_t n, const double *gradient, double *parameter,
                   double *first, double *second, double *squares);

#endif
