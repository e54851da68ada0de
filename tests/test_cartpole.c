/* test_cartpole.c - the limits of cartpole and its draws; gym's numbers are in test_classic_control.c. */
#include <math.h>
#include <stdlib.h>

#include "check.h"
#include "stage.h"

/* Steps of one life under a feedback that balances. */
static int32_t life(const char *set, hebb_env_shape *shape, uint8_t *done)
{
  stage *s = stage_open("cartpole", 1, (const char *[]){ set, NULL }, NULL);
  int32_t n = 0;
  *shape = s->shape;
  for (stage_reset_all(s, 7); !s->done[0] && n < 2000; n++) {
    const float *o = s->obs;
    s->act[0] = 0.1f * o[0] + 0.3f * o[1] + 3 * o[2] + 0.8f * o[3] > 0;
    stage_step(s);
  }
  *done = s->done[0];
  stage_close(s);
  return n;
}

static void limits(void)
{
  hebb_env_shape shape;
  uint8_t done;
  CU_ASSERT_EQUAL(life("env.version=v1", &shape, &done), 500);
  CU_ASSERT_EQUAL(done, HEBB_TRUNCATED);
  CU_ASSERT_EQUAL(shape.max_steps, 500);
  CU_ASSERT_EQUAL(shape.solved, 475);
  CU_ASSERT_EQUAL(life("env.version=v0", &shape, &done), 200);
  CU_ASSERT_EQUAL(done, HEBB_TRUNCATED);
  CU_ASSERT_EQUAL(shape.solved, 195);
  CU_ASSERT_EQUAL(life("env.max_steps=3", &shape, &done), 3);
  CU_ASSERT_EQUAL(shape.max_steps, 3);
  CU_ASSERT_EQUAL(shape.n_choice, 2);
  CU_ASSERT_EQUAL(shape.has_score, 0);
}

static void draws(void)
{
  enum { N = 2000 };
  stage *s = stage_open("cartpole", N, NULL, NULL);
  uint64_t *seed = calloc(N, sizeof *seed);
  CU_ASSERT_FATAL(seed != NULL);
  for (uint64_t k = 0; k < N; k++)
    seed[k] = k;
  stage_reset(s, seed);
  for (int i = 0; i < 4; i++) {
    double low = 1, high = -1, mean = 0;
    for (int k = 0; k < N; k++) {
      const double x = (double)s->obs[4 * k + i];
      low = fmin(low, x);
      high = fmax(high, x);
      mean += x / N;
    }
    CU_ASSERT(low >= -0.05 && low < -0.0499);
    CU_ASSERT(high <= 0.05 && high > 0.0499);
    CU_ASSERT(fabs(mean) < 4 * 0.1 / sqrt(12.0 * N));
  }
  free(seed);
  stage_close(s);
}

int main(void)
{
  static const check_test tests[] = {
    { "step limits of v0, v1 and max_steps", limits },
    { "states at reset are U(-0.05, 0.05)", draws },
  };
  return check_run("cartpole", tests, sizeof tests / sizeof tests[0]);
}
