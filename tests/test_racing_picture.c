/* test_racing_picture.c - CarRacing's frames and their resize against those of gym 0.17.2. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../envs/racing_picture.h"
#include "../envs/racing_resize.h"
#include "check.h"
#include "golden_read.h"

enum { SIDE = 96, SMALL = 84, ROAD_MAX = 500 };

static const char file[] = "car_frames.h5";

typedef struct recorded {
  racing_scene scene;
  racing_quad road[ROAD_MAX];
  uint8_t frame[SIDE * SIDE * 3], small[SMALL * SMALL * 3];
} recorded;

static double attribute(const char *object, const char *name, int which)
{
  golden g = golden_attribute(file, object, name);
  const double value = g.value[which];
  free(g.value);
  return value;
}

static golden dataset(const char *group, const char *name)
{
  char path[64];
  snprintf(path, sizeof path, "%s/%s", group, name);
  return golden_read(file, path);
}

static void read_bytes(const char *group, const char *name, uint8_t *out)
{
  golden g = dataset(group, name);
  for (int64_t k = 0; k < g.n; k++)
    out[k] = (uint8_t)g.value[k];
  free(g.value);
}

static void read_road(recorded *r, const char *group)
{
  static uint8_t rgb[ROAD_MAX * 3];
  char name[64];
  snprintf(name, sizeof name, "road_seed%d", (int)attribute(group, "seed", 0));
  golden g = golden_read(file, name);
  if (g.extent[0] > ROAD_MAX)
    exit(99);
  read_bytes(group, "road_rgb", rgb);
  for (int64_t k = 0; k < g.extent[0]; k++) {
    for (int corner = 0; corner < 4; corner++) {
      r->road[k].x[corner] = g.value[8 * k + 2 * corner];
      r->road[k].y[corner] = g.value[8 * k + 2 * corner + 1];
    }
    memcpy(r->road[k].rgb, rgb + 3 * k, 3);
  }
  r->scene.road = r->road;
  r->scene.n_road = (int32_t)g.extent[0];
  free(g.value);
}

static void read_frame(recorded *r, const char *group)
{
  racing_scene *s = &r->scene;
  *s = (racing_scene){ .velocity_camera = true,
                       .time = attribute(group, "time", 0),
                       .shown_score = attribute(group, "shown_score", 0) };
  golden hull = dataset(group, "hull"), wheel = dataset(group, "wheel");
  memcpy(&s->hull_x, hull.value, 6 * sizeof(double));
  memcpy(s->wheel, wheel.value, sizeof s->wheel);
  free(hull.value);
  free(wheel.value);
  read_road(r, group);
  read_bytes(group, "frame", r->frame);
  read_bytes(group, "small", r->small);
}

static void each_frame(void (*each)(const char *name, void *arg), void *arg)
{
  golden_names(file, "/", each, arg);
}

static int is_frame(const char *name)
{
  return strncmp(name, "frame_", 6) == 0;
}

/* ---- pictures ---- */

static int in_label(int row, int column)
{
  return row >= 88 && row <= 93 && column >= 2 && column <= 13;
}

static void compare_frame(const char *name, void *arg)
{
  static recorded r;
  uint8_t rgb[SIDE * SIDE * 3];
  int scene = 0, bar = 0;
  if (!is_frame(name))
    return;
  read_frame(&r, name);
  racing_picture(&r.scene, SIDE, SIDE, rgb);
  for (int i = 0; i < SIDE; i++)
    for (int j = 0; j < SIDE; j++) {
      const int k = 3 * (SIDE * i + j), differs = memcmp(rgb + k, r.frame + k, 3) != 0;
      scene += i < 84 && differs;
      bar += i >= 84 && differs && !in_label(i, j);
    }
  printf("%s:%d,%d ", name + 6, scene, bar);
  CU_ASSERT(scene <= 8);
  CU_ASSERT_EQUAL(bar, 0);
  ++*(int *)arg;
}

static void frames(void)
{
  int n = 0;
  each_frame(compare_frame, &n);
  CU_ASSERT_EQUAL(n, 14);
}

static void compare_camera(const char *name, void *arg)
{
  static recorded r;
  if (!is_frame(name))
    return;
  read_frame(&r, name);
  const racing_camera c = racing_camera_at(&r.scene);
  const double angle = attribute(name, "rotation", 0);
  double *worst = arg;
  worst[0] = fmax(worst[0], fabs(c.zoom - attribute(name, "zoom", 0)));
  worst[1] = fmax(worst[1], fabs(c.cosine - cos(angle)));
  worst[1] = fmax(worst[1], fabs(c.sine - sin(angle)));
  for (int k = 0; k < 2; k++)
    worst[2] = fmax(worst[2], fabs(c.translation[k] - attribute(name, "translation", k)));
}

static void camera(void)
{
  double worst[3] = { 0 };
  each_frame(compare_camera, worst);
  printf("zoom %.1g, direction %.1g, translation %.1g ", worst[0], worst[1], worst[2]);
  CU_ASSERT_EQUAL(worst[0], 0);
  CU_ASSERT(worst[1] < 1e-15);
  CU_ASSERT(worst[2] < 1e-11);
}

/* Largest distance of corners, from whichever corner the recorded polygon [8 x 2] begins. */
static double distance(const racing_polygon *p, const double *corner)
{
  double least = INFINITY;
  for (int32_t first = 0; first < p->n; first++) {
    double worst = 0;
    for (int32_t i = 0; i < p->n; i++) {
      const double *at = corner + 2 * ((first + i) % p->n);
      worst = fmax(worst, hypot(p->x[i] - at[0], p->y[i] - at[1]));
    }
    least = fmin(least, worst);
  }
  return least;
}

static void compare_car(const char *name, void *arg)
{
  static recorded r;
  racing_polygon car[RACING_N_CAR];
  if (!is_frame(name))
    return;
  read_frame(&r, name);
  golden polygon = dataset(name, "car"), corners = dataset(name, "car_n"),
         rgb = dataset(name, "car_rgb");
  const int32_t n = racing_car(&r.scene, car);
  CU_ASSERT_EQUAL_FATAL(n, polygon.extent[0]);
  double *worst = arg;
  for (int32_t k = 0; k < n; k++) {
    CU_ASSERT_EQUAL_FATAL(car[k].n, corners.value[k]);
    for (int channel = 0; channel < 3; channel++)
      CU_ASSERT_EQUAL(car[k].rgb[channel], rgb.value[3 * k + channel]);
    *worst = fmax(*worst, distance(&car[k], polygon.value + 16 * k));
  }
  free(polygon.value);
  free(corners.value);
  free(rgb.value);
}

static void car(void)
{
  double worst = 0;
  each_frame(compare_car, &worst);
  printf("%.2g m ", worst);
  CU_ASSERT(worst < 5e-5); // recorded in single precision, 240 m from the origin
}

/* The centre of a pixel is that of the middle one of nine: a film shows what the frame shows. */
static void compare_large(const char *name, void *arg)
{
  enum { TIMES = 3, LARGE = TIMES * SIDE };
  static recorded r;
  static uint8_t rgb[SIDE * SIDE * 3], large[LARGE * LARGE * 3];
  if (!is_frame(name))
    return;
  read_frame(&r, name);
  r.scene.score_label = true;
  racing_picture(&r.scene, SIDE, SIDE, rgb);
  racing_picture(&r.scene, LARGE, LARGE, large);
  for (int i = 0; i < SIDE; i++)
    for (int j = 0; j < SIDE; j++)
      *(int *)arg += memcmp(rgb + 3 * (SIDE * i + j),
                            large + 3 * (LARGE * (TIMES * i + 1) + TIMES * j + 1), 3) != 0;
}

static void large(void)
{
  int different = 0;
  each_frame(compare_large, &different);
  CU_ASSERT_EQUAL(different, 0);
}

/* Odd sizes stay within their memory, and a car that left the world makes no trouble. */
static void sizes(void)
{
  static recorded r;
  static uint8_t rgb[201 * 150 * 3 + 1];
  static const int32_t size[][2] = { { 1, 1 }, { 5, 3 }, { 97, 95 }, { 150, 100 }, { 201, 150 } };
  read_frame(&r, "frame_00");
  r.scene.score_label = true;
  for (size_t k = 0; k < sizeof size / sizeof size[0]; k++) {
    const size_t n = (size_t)size[k][0] * (size_t)size[k][1] * 3;
    rgb[n] = 77;
    racing_picture(&r.scene, size[k][0], size[k][1], rgb);
    CU_ASSERT_EQUAL(rgb[n], 77);
  }
  r.scene.hull_x = 1e300;
  racing_picture(&r.scene, SIDE, SIDE, rgb);
  r.scene.hull_x = NAN;
  r.scene.hull_vx = NAN;
  racing_picture(&r.scene, SIDE, SIDE, rgb);
  r.scene.hull_x = 2000;
  r.scene.hull_vx = 0;
  racing_picture(&r.scene, SIDE, SIDE, rgb);
  for (int k = 0; k < SIDE * 70 * 3; k++)
    if (rgb[k] != 0 && rgb[k] != 204)
      CU_FAIL("nothing is to be seen out there but the car");
}

/* Rows 88 to 92 of a label: its digits and no two digits alike. */
static void score(void)
{
  static recorded r;
  static uint8_t with[10][SIDE * SIDE * 3], without[SIDE * SIDE * 3];
  read_frame(&r, "frame_00"); // no speed, so that its bar is not in the way
  racing_picture(&r.scene, SIDE, SIDE, without);
  r.scene.score_label = true;
  for (int digit = 0; digit < 10; digit++) {
    int dots = 0;
    r.scene.shown_score = digit + 0.9;
    racing_picture(&r.scene, SIDE, SIDE, with[digit]);
    for (int k = 0; k < SIDE * SIDE; k++)
      if (memcmp(with[digit] + 3 * k, without + 3 * k, 3) != 0) {
        CU_ASSERT(in_label(k / SIDE, k % SIDE));
        CU_ASSERT_EQUAL(with[digit][3 * k], 255);
        dots++;
      }
    CU_ASSERT(dots > 3 * 8);
    for (int other = 0; other < digit; other++)
      CU_ASSERT_NOT_EQUAL(memcmp(with[other], with[digit], sizeof with[0]), 0);
  }
  r.scene.shown_score = -0.9; // truncated, not rounded down
  racing_picture(&r.scene, SIDE, SIDE, without);
  CU_ASSERT_EQUAL(memcmp(with[0], without, sizeof without), 0);
}

/* ---- the camera of the hull ---- */

static void hull_camera(void)
{
  racing_scene s = { .time = 2, .hull_angle = 0.7, .hull_vy = -3 };
  const racing_camera hull = racing_camera_at(&s);
  s.velocity_camera = true;
  const racing_camera velocity = racing_camera_at(&s);
  s.hull_vy = -0.5;
  const racing_camera slow = racing_camera_at(&s);
  CU_ASSERT_DOUBLE_EQUAL(hull.cosine, cos(0.7), 1e-13);
  CU_ASSERT_DOUBLE_EQUAL(hull.sine, -sin(0.7), 1e-13);
  CU_ASSERT_EQUAL(velocity.cosine, -1);
  CU_ASSERT_EQUAL(velocity.sine, 0);
  CU_ASSERT_EQUAL(slow.cosine, hull.cosine);
}

/* ---- resize ---- */

static void compare_small(const char *name, void *arg)
{
  static recorded r;
  static uint8_t small[SMALL * SMALL * 3];
  if (!is_frame(name))
    return;
  read_frame(&r, name);
  racing_resize(r.frame, small);
  for (size_t k = 0; k < sizeof small; k++)
    *(int *)arg += small[k] != r.small[k];
}

static void resize(void)
{
  int different = 0;
  each_frame(compare_small, &different);
  CU_ASSERT_EQUAL(different, 0);
}

/* Noise against the formula in double precision; rint is half to even. */
static void resize_noise(void)
{
  static uint8_t frame[SIDE * SIDE * 3], small[SMALL * SMALL * 3];
  uint32_t state = 1;
  int different = 0;
  for (size_t k = 0; k < sizeof frame; k++) {
    state = state * 1664525u + 1013904223u;
    frame[k] = (uint8_t)(k < 20000 ? state >> 24 : state >> 31 ? 255 : 0);
  }
  racing_resize(frame, small);
  for (int i = 0; i < SMALL; i++)
    for (int j = 0; j < SMALL * 3; j++) {
      const int y = 8 * i / 7, x = 8 * (j / 3) / 7 * 3 + j % 3, a = i % 7, b = j / 3 % 7;
      const uint8_t *at = frame + SIDE * 3 * y + x, *below = at + SIDE * 3;
      const double sum = (7 - a) * ((7 - b) * at[0] + (b + 1) * at[3]) +
                         (a + 1) * ((7 - b) * below[0] + (b + 1) * below[3]);
      different += small[SMALL * 3 * i + j] != rint(sum / 64);
    }
  CU_ASSERT_EQUAL(different, 0);
}

/* ---- instruction sets ---- */

static void sum_frame(const char *name, void *arg)
{
  static recorded r;
  static uint8_t rgb[SIDE * SIDE * 3], small[SMALL * SMALL * 3];
  uint64_t *sum = arg; // FNV-1a
  if (!is_frame(name))
    return;
  read_frame(&r, name);
  r.scene.score_label = true;
  racing_picture(&r.scene, SIDE, SIDE, rgb);
  racing_resize(rgb, small);
  for (size_t k = 0; k < sizeof rgb; k++)
    *sum = (*sum ^ rgb[k]) * 0x100000001b3u;
  for (size_t k = 0; k < sizeof small; k++)
    *sum = (*sum ^ small[k]) * 0x100000001b3u;
}

static uint64_t sum_frames(void)
{
  uint64_t sum = 0xcbf29ce484222325u;
  each_frame(sum_frame, &sum);
  return sum;
}

/* The choice is made once in a process: this program calls itself. */
static void clones(void)
{
  static const char *const clone[3] = { "default", "v3", "v4" };
  const uint64_t here = sum_frames();
  char self[4096], command[4200];
  const ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
  CU_ASSERT_FATAL(length > 0);
  self[length] = 0;
  for (int k = 0; k < 3; k++) {
    unsigned long long there = 0;
    snprintf(command, sizeof command, "HEBB_CLONE=%s '%s' sum", clone[k], self);
    FILE *in = popen(command, "r");
    CU_ASSERT_FATAL(in != NULL);
    CU_ASSERT_EQUAL(fscanf(in, "%llx", &there), 1);
    CU_ASSERT_EQUAL(pclose(in), 0);
    CU_ASSERT_EQUAL(there, here);
  }
}

int main(int argc, char **argv)
{
  static const check_test tests[] = {
    { "frames, pixel by pixel", frames },
    { "zoom, direction and place of the camera", camera },
    { "the camera that follows the hull", hull_camera },
    { "the car's polygons", car },
    { "larger pictures show the same", large },
    { "any size, a car far away", sizes },
    { "the score", score },
    { "resize, byte by byte", resize },
    { "resize of noise", resize_noise },
    { "every instruction set gives the same bytes", clones },
  };
  if (argc == 2 && strcmp(argv[1], "sum") == 0)
    return printf("%llx\n", (unsigned long long)sum_frames()) < 0;
  return check_run("racing picture", tests, sizeof tests / sizeof tests[0]);
}
