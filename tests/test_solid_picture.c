/* test_solid_picture.c - spheres and capsules where geometry says that they are. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../envs/solid_picture.h"
#include "check.h"

enum { WIDTH = 150, HEIGHT = 100, MIDDLE = WIDTH / 2 };

typedef uint8_t picture[HEIGHT][WIDTH][3];

/* From (-5, 0, 2) along +x; the floor is far below. */
static solid_scene scene_of(const solid_capsule *capsule, int32_t n, double floor_z)
{
  return (solid_scene){ .camera = { .target = { 0, 0, 2 }, .distance = 5, .field = 0.8 },
                        .plane = { floor_z, 1, { { 0, 60, 0 }, { 0, 90, 0 } } },
                        .sky = { 0, 0, 255 },
                        .capsule = capsule,
                        .n_capsule = n };
}

static const solid_capsule sphere = { { 0, 0, 2 }, { 0, 0, 2 }, 1, { 200, 0, 0 } };

static void draw(const solid_capsule *capsule, int32_t n, double floor_z, picture out)
{
  const solid_scene s = scene_of(capsule, n, floor_z);
  solid_picture(&s, WIDTH, HEIGHT, &out[0][0][0]);
}

/* The outline of a sphere is the cone that touches it. */
static void outline(void)
{
  static picture p;
  draw(&sphere, 1, -1000, p);
  const double radius = 1 / sqrt(5 * 5 - 1 * 1) * HEIGHT / 2 / tan(0.4);
  double across = 0, up = 0, area = 0;
  for (int i = 0; i < HEIGHT; i++)
    for (int j = 0; j < WIDTH; j++) {
      const int red = p[i][j][0] > 0;
      across += i == HEIGHT / 2 && red;
      up += j == MIDDLE && red;
      area += red;
    }
  CU_ASSERT(fabs(across - 2 * radius) <= 2);
  CU_ASSERT(fabs(up - 2 * radius) <= 2);
  CU_ASSERT(fabs(area / (3.14159265 * radius * radius) - 1) < 0.06);
  CU_ASSERT(p[HEIGHT / 2 - 15][MIDDLE][0] > p[HEIGHT / 2 + 15][MIDDLE][0]); // light from above
}

/* What is nearer covers, in whatever order it is drawn. */
static void nearer(void)
{
  static picture one, other;
  const solid_capsule near = { { -2, 0, 2 }, { -2, 0, 2 }, 0.3, { 0, 0, 0 } };
  const solid_capsule pair[2] = { sphere, near }, swapped[2] = { near, sphere };
  draw(pair, 2, 0, one);
  draw(swapped, 2, 0, other);
  CU_ASSERT_EQUAL(memcmp(one, other, sizeof one), 0);
  CU_ASSERT(one[HEIGHT / 2][MIDDLE][0] == 0);
  CU_ASSERT(one[HEIGHT / 2 - 20][MIDDLE][0] > 100);
}

/* A capsule that points away from the eye looks like its nearer end, also when that is its
   second. */
static void capsule_end_on(void)
{
  static picture ball, capsule;
  const solid_capsule away = { { 0, 0, 2 }, { 3, 0, 2 }, 1, { 200, 0, 0 } };
  const solid_capsule back = { { 3, 0, 2 }, { 0, 0, 2 }, 1, { 200, 0, 0 } };
  draw(&sphere, 1, -1000, ball);
  draw(&away, 1, -1000, capsule);
  CU_ASSERT_EQUAL(memcmp(ball, capsule, sizeof ball), 0);
  draw(&back, 1, -1000, capsule);
  CU_ASSERT_EQUAL(memcmp(ball, capsule, sizeof ball), 0);
}

/* A long upright capsule has a straight side: as wide at its middle as a cylinder of its radius. */
static void capsule_upright(void)
{
  static picture p;
  const solid_capsule post = { { 0, 0, 1 }, { 0, 0, 3 }, 0.5, { 200, 0, 0 } };
  draw(&post, 1, -1000, p);
  const double width = 2 * 0.5 / sqrt(5 * 5 - 0.25) * HEIGHT / 2 / tan(0.4);
  for (int i = HEIGHT / 2 - 15; i <= HEIGHT / 2 + 15; i += 15) {
    double across = 0;
    for (int j = 0; j < WIDTH; j++)
      across += p[i][j][0] > 0;
    CU_ASSERT(fabs(across - width) <= 2);
  }
}

/* The floor ends at the horizon, fades, and is darker below a body. */
static void plane(void)
{
  static picture bare, p;
  draw(&sphere, 0, 0, bare);
  draw(&sphere, 1, 0, p);
  for (int j = 0; j < WIDTH; j++) {
    CU_ASSERT_EQUAL(bare[HEIGHT / 2 - 1][j][1], 0);
    CU_ASSERT_EQUAL(bare[HEIGHT / 2 - 1][j][2], 255);
    CU_ASSERT(bare[HEIGHT - 1][j][1] > 40);
  }
  CU_ASSERT(bare[HEIGHT / 2 + 2][0][2] > bare[HEIGHT - 1][0][2]);
  // straight below the sphere's centre: 2 m down, 5 m away
  const int below = HEIGHT / 2 + (int)(0.4 * HEIGHT / 2 / tan(0.4));
  CU_ASSERT(p[below][MIDDLE][1] < 0.7 * bare[below][MIDDLE][1]);
  CU_ASSERT_EQUAL(memcmp(p[below][2], bare[below][2], 3), 0);
}

/* The view turns with the azimuth and sinks with the elevation. */
static void camera(void)
{
  static picture p;
  const solid_capsule marks[3] = { { { 4, 0, 2 }, { 4, 0, 2 }, 0.3, { 255, 0, 0 } },
                                   { { 0, 4, 2 }, { 0, 4, 2 }, 0.3, { 0, 255, 0 } },
                                   { { 0, 0, 0 }, { 0, 0, 0 }, 0.3, { 0, 0, 255 } } };
  solid_scene s = scene_of(marks, 3, -5);
  memset(s.sky, 0, sizeof s.sky);
  memset(s.plane.rgb, 0, sizeof s.plane.rgb);
  s.camera.distance = 0;
  const double half_pi = 1.5707963267948966,
               view[3][2] = { { 0, 0 }, { half_pi, 0 }, { 0, -half_pi } };
  for (int k = 0; k < 3; k++) {
    s.camera.azimuth = view[k][0];
    s.camera.elevation = view[k][1];
    solid_picture(&s, WIDTH, HEIGHT, &p[0][0][0]);
    for (int channel = 0; channel < 3; channel++)
      CU_ASSERT_EQUAL(p[HEIGHT / 2][MIDDLE][channel] > 0, channel == k);
  }
  // +y is to the left of +x
  s.camera.azimuth = half_pi - 0.2;
  s.camera.elevation = 0;
  solid_picture(&s, WIDTH, HEIGHT, &p[0][0][0]);
  CU_ASSERT(p[HEIGHT / 2][MIDDLE - 24][1] > 0);
}

/* Odd sizes stay within their memory, whatever stands at the eye. */
static void sizes(void)
{
  static uint8_t rgb[WIDTH * HEIGHT * 3 + 1];
  static const int32_t size[][2] = { { 1, 1 }, { 33, 31 }, { 64, 97 }, { WIDTH, HEIGHT } };
  const solid_capsule around = { { -9, 0, 2 }, { 9, 0.5, 2 }, 0.5, { 200, 0, 0 } };
  const solid_capsule lost = { { NAN, 0, 2 }, { 9, NAN, 2 }, 0.5, { 200, 0, 0 } };
  const solid_capsule both[2] = { around, lost };
  const solid_scene s = scene_of(both, 2, 0);
  for (size_t k = 0; k < sizeof size / sizeof size[0]; k++) {
    const size_t n = (size_t)size[k][0] * (size_t)size[k][1] * 3;
    rgb[n] = 77;
    solid_picture(&s, size[k][0], size[k][1], rgb);
    CU_ASSERT_EQUAL(rgb[n], 77);
  }
}

int main(void)
{
  static const check_test tests[] = {
    { "a sphere's outline", outline },
    { "what is nearer covers", nearer },
    { "a capsule seen from its end", capsule_end_on },
    { "a capsule upright", capsule_upright },
    { "floor, horizon, shadow", plane },
    { "where the camera looks", camera },
    { "any size, bodies at the eye", sizes },
  };
  return check_run("solid picture", tests, sizeof tests / sizeof tests[0]);
}
