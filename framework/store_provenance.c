/* store_provenance.c - the root's attributes and /provenance: who made a file, from what, where. */
#include "store_hdf5.h"

#include <gnu/libc-version.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <zlib.h>

#include "libraries.h"
#include "revision.h"

#ifdef __clang__
#define COMPILER __VERSION__
#else
#define COMPILER "gcc " __VERSION__
#endif

// what the build knows; a build that does not know leaves it empty
#ifndef HEBB_VERSION
#define HEBB_VERSION ""
#endif
#ifndef HEBB_CFLAGS
#define HEBB_CFLAGS ""
#endif
#ifndef HEBB_TOMLPLUSPLUS_VERSION
#define HEBB_TOMLPLUSPLUS_VERSION ""
#endif

const char *store_source_sha256(void)
{
  return HEBB_SOURCE_SHA256;
}

void store_put_root(store_writer *writer, enum run_status status, const char *title,
                    const provenance *p, const char *experiment_name, int64_t seed,
                    const char *cite)
{
  store_group root = store_open_group(writer, "/");
  store_attribute_text(&root, "Conventions", "hebb-1.0");
  store_attribute_text(&root, "file_kind", store_kind_name(writer->kind));
  store_attribute_array(&root, "schema_version", 3,
                        (const int32_t[]){ STORE_SCHEMA_MAJOR, STORE_SCHEMA_MINOR,
                                           STORE_SCHEMA_PATCH });
  store_attribute_text(&root, "array_order", "C, last dimension fastest");
  store_attribute_text(&root, "title", title);
  store_attribute_text(&root, "experiment", experiment_name);
  store_attribute_text(&root, "run_id", p->run_id);
  store_attribute_text(&root, "parent_run_id", p->parent_run_id);
  store_attribute_text(&root, "creator_name", "hebb");
  store_attribute_text(&root, "creator_version", HEBB_VERSION);
  store_attribute_text(&root, "created", p->created);
  store_attribute_integer(&root, "seed", seed);
  store_attribute_integer(&root, "status", (int64_t)status);
  store_attribute_array(&root, "flag_values", 4,
                        (const uint8_t[]){ RUN_RUNNING, RUN_COMPLETE, RUN_INTERRUPTED,
                                           RUN_FAILED });
  store_attribute_text(&root, "flag_meanings", "running complete interrupted failed");
  store_attribute_text(&root, "cite", cite);
  store_close_group(&root);
}

/* The value of a line "key : value" of /proc/cpuinfo; "" where there is none. */
static void read_cpu(const char *key, char *value, size_t size)
{
  char line[8192];
  value[0] = '\0';
  FILE *in = fopen("/proc/cpuinfo", "re");
  while (in && !value[0] && fgets(line, sizeof line, in)) {
    const char *colon = strchr(line, ':');
    const size_t length = strlen(key);
    if (colon && strncmp(line, key, length) == 0 &&
        (line[length] == '\t' || line[length] == ' ' || line[length] == ':')) {
      colon += 1 + strspn(colon + 1, " ");
      snprintf(value, size, "%.*s", (int)strcspn(colon, "\n"), colon);
    }
  }
  if (in)
    fclose(in);
}

static void put_machine(store_group *group)
{
  struct utsname machine;
  char os[512] = "", host[256] = "", cpu[8192];
  if (uname(&machine) == 0) {
    snprintf(host, sizeof host, "%s", machine.nodename);
    snprintf(os, sizeof os, "%s %s %s", machine.sysname, machine.release, machine.machine);
  }
  store_attribute_text(group, "host", host);
  store_attribute_text(group, "os", os);
  read_cpu("model name", cpu, sizeof cpu);
  store_attribute_text(group, "cpu_model", cpu);
  read_cpu("flags", cpu, sizeof cpu);
  store_attribute_text(group, "cpu_flags", cpu);
}

static void put_libraries(store_group *group)
{
  char hdf5[32];
  unsigned major = 0, minor = 0, release = 0;
  library_list shared;
  const bool known = libraries_loaded(&shared);
  const size_t most = 4 + (size_t)shared.n;
  const char **name = calloc(most, sizeof *name), **version = calloc(most, sizeof *version);
  if (!known || !name || !version) {
    store_no_memory(group->writer, "library");
    free(name);
    free(version);
    libraries_done(&shared);
    return;
  }
  int n = 0;
  H5get_libversion(&major, &minor, &release);
  snprintf(hdf5, sizeof hdf5, "%u.%u.%u", major, minor, release);
  name[n] = "hdf5", version[n++] = hdf5;
  if (HEBB_TOMLPLUSPLUS_VERSION[0])
    name[n] = "tomlplusplus", version[n++] = HEBB_TOMLPLUSPLUS_VERSION;
  name[n] = "zlib", version[n++] = zlibVersion();
  name[n] = "libc", version[n++] = gnu_get_libc_version();
  for (int32_t i = 0; i < shared.n; i++)
    name[n] = shared.item[i].name, version[n++] = shared.item[i].version;
  store_scale_words(group, "library", n, name);
  store_put(group, "library_version", version);
  free(name);
  free(version);
  libraries_done(&shared);
}

/* Whether equal seeds may give different results here. */
static bool nondeterministic(const experiment *e)
{
  return e && (e->limits.rollout_seconds > 0 ||
               ((e->env.plugin->flags | e->rule.plugin->flags | e->optimizer.plugin->flags) &
                HEBB_NONDETERMINISTIC));
}

void store_put_provenance(store_writer *writer, const provenance *p, const experiment *e)
{
  const char *job = getenv("SLURM_JOB_ID"), *restarts = getenv("SLURM_RESTART_COUNT");
  store_group group = store_open_group(writer, "/provenance");

  store_attribute_text(&group, "git_revision", HEBB_GIT_REVISION);
  store_attribute_integer(&group, "git_dirty", HEBB_GIT_DIRTY);
  store_attribute_text(&group, "source_sha256", HEBB_SOURCE_SHA256);
  store_attribute_text(&group, "config_sha256", e ? e->sha256 : "");
  put_machine(&group);
  store_attribute_text(&group, "compiler", COMPILER);
  store_attribute_text(&group, "cflags", HEBB_CFLAGS);
  store_attribute_integer(&group, "n_threads", p->n_threads);
  store_attribute_integer(&group, "n_ranks", 1);
  store_attribute_text(&group, "executor", p->executor ? p->executor : "threads");
  store_attribute_text(&group, "float_mode", "strict");
  store_attribute_text(&group, "reproducibility", "L1");
  store_attribute_integer(&group, "nondeterministic", nondeterministic(e));
  store_attribute_text(&group, "command_line", p->command_line);
  store_attribute_text(&group, "slurm_job_id", job);
  store_attribute_text(&group, "slurm_restart_count", restarts);

  if (e) {
    store_put_text(&group, "config_toml", e->resolved);
    store_note(&group, "config_toml", "media_type", STORE_TEXT, 0,
               &(const char *){ "application/toml" });
    store_put_text(&group, "config_source", e->source);
    if (e->n_override > 0)
      store_scale_words(&group, "override", e->n_override, (const char *const *)e->override);
  }
  put_libraries(&group);
  const int32_t n_start = p->n_start > 0 ? p->n_start : 1;
  store_scale(&group, "start", n_start);
  store_put(&group, "start_time", p->start_time);
  store_put(&group, "start_generation", p->start_generation);
  store_put(&group, "start_changed", p->start_changed);
  store_close_group(&group);
}
