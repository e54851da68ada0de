/* loader_check.c - every reason to refuse a plugin, each in its own sentence. */
#include "loader_check.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hebb/env.h"
#include "hebb/optimizer.h"
#include "hebb/rule.h"
#include "loader.h"
#include "param.h"

/* ---- the file ---- */

/* The header of this very program, which the linker points to: a plugin must be of the same
   machine. */
// NOLINTNEXTLINE(bugprone-reserved-identifier): the linker chose the name
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

/* Whether offset + length lies within size; neither sum nor product may wrap. */
static bool within(uint64_t offset, uint64_t count, uint64_t length, uint64_t size)
{
  uint64_t bytes, end;
  return !__builtin_mul_overflow(count, length, &bytes) &&
         !__builtin_add_overflow(offset, bytes, &end) && end <= size;
}

/* What is wrong with an open file of `size` bytes as a shared library, or NULL. */
static const char *library_fault(int file, uint64_t size)
{
  static const char cut[] = "is cut off: its tables reach beyond its end; build or copy it again";
  ElfW(Ehdr) head;

  if (size < sizeof head || pread(file, &head, sizeof head, 0) != (ssize_t)sizeof head ||
      memcmp(head.e_ident, ELFMAG, SELFMAG) != 0)
    return "is no shared library; build the plugin with 'cc -shared -fPIC'";
  if (head.e_ident[EI_CLASS] != __ehdr_start.e_ident[EI_CLASS] ||
      head.e_ident[EI_DATA] != __ehdr_start.e_ident[EI_DATA] ||
      head.e_machine != __ehdr_start.e_machine)
    return "is built for another kind of processor; build it on this machine";
  if (head.e_type != ET_DYN)
    return "is no shared library but an object or a program; link it with 'cc -shared'";
  if (head.e_phentsize != sizeof(ElfW(Phdr)) ||
      !within(head.e_phoff, head.e_phnum, sizeof(ElfW(Phdr)), size) ||
      (head.e_shoff && !within(head.e_shoff, head.e_shnum, head.e_shentsize, size)))
    return cut;
  for (unsigned i = 0; i < head.e_phnum; i++) {
    ElfW(Phdr) segment;
    const off_t at = (off_t)(head.e_phoff + i * sizeof segment);
    if (pread(file, &segment, sizeof segment, at) != (ssize_t)sizeof segment ||
        !within(segment.p_offset, 1, segment.p_filesz, size))
      return cut;
  }
  return NULL;
}

int loader_check_file(const char *path, error *err)
{
  struct stat info;
  int status = EXIT_FINE;

  // O_NONBLOCK: a named pipe must not make us wait
  const int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0)
    return error_add(err, EXIT_PLUGIN, "%s: cannot be opened: %s", path, strerror(errno));
  if (fstat(file, &info) != 0) {
    status = error_add(err, EXIT_PLUGIN, "%s: cannot be examined: %s", path, strerror(errno));
  } else if (!S_ISREG(info.st_mode)) {
    status = error_add(err, EXIT_PLUGIN, "%s: is no file but %s; a plugin is a .so file", path,
                       S_ISDIR(info.st_mode) ? "a folder" : "a device, pipe or socket");
  } else {
    const char *fault = library_fault(file, (uint64_t)info.st_size);
    if (fault)
      status = error_add(err, EXIT_PLUGIN, "%s: %s", path, fault);
  }
  close(file);
  return status;
}

/* ---- the descriptor ---- */

bool loader_good_name(const char *name)
{
  if (!islower((unsigned char)name[0]) || strlen(name) > 64)
    return false;
  for (const char *c = name; *c; c++)
    if (!islower((unsigned char)*c) && !isdigit((unsigned char)*c) && *c != '_' && *c != '-')
      return false;
  return true;
}

/* Up to and including a member: what a descriptor of ABI 1 has at least. The members named below
   were the last ones when ABI 1 was fixed; what is added behind them is optional for ever. */
#define SIZE_UP_TO(type, member) (offsetof(type, member) + sizeof(((type *)0)->member))

static size_t least_size(uint32_t kind)
{
  switch (kind) {
  case HEBB_RULE: return SIZE_UP_TO(hebb_rule, end);
  case HEBB_ENV: return SIZE_UP_TO(hebb_env, retarget);
  case HEBB_OPTIMIZER: return SIZE_UP_TO(hebb_optimizer, reshape);
  default: return 0;
  }
}

size_t loader_host_size(uint32_t kind)
{
  switch (kind) {
  case HEBB_RULE: return sizeof(hebb_rule);
  case HEBB_ENV: return sizeof(hebb_env);
  case HEBB_OPTIMIZER: return sizeof(hebb_optimizer);
  default: return 0;
  }
}

hebb_plugin *loader_copy_descriptor(const hebb_plugin *plugin, size_t host_size)
{
  hebb_plugin *copy = calloc(1, host_size);
  if (copy)
    memcpy(copy, plugin, plugin->size < host_size ? plugin->size : host_size);
  return copy;
}

/* The first function that a plugin of its kind cannot do without, or NULL. */
static const char *missing_function(const hebb_plugin *plugin)
{
  if (plugin->kind == HEBB_ENV) {
    const hebb_env *env = (const hebb_env *)plugin;
    return !env->open    ? "open"
           : !env->make  ? "make"
           : !env->drop  ? "drop"
           : !env->reset ? "reset"
           : !env->step  ? "step"
                         : NULL;
  }
  if (plugin->kind == HEBB_OPTIMIZER) {
    const hebb_optimizer *optimizer = (const hebb_optimizer *)plugin;
    return !optimizer->state_size ? "state_size"
           : !optimizer->init     ? "init"
           : !optimizer->ask      ? "ask"
           : !optimizer->tell     ? "tell"
           : !optimizer->centre   ? "centre"
                                  : NULL;
  }
  const hebb_rule *rule = (const hebb_rule *)plugin;
  if (rule->learner)
    return !rule->begin ? "begin" : !rule->act ? "act" : NULL;
  if (!rule->shape)
    return "shape (of a synaptic rule) or learner (of a rule that owns the agent)";
  if (!rule->prepare != !rule->sweep)
    return rule->prepare ? "sweep (the other half of prepare)"
                         : "prepare (the other half of sweep)";
  return NULL;
}

/* Keys of [rule] and [optimizer] that belong to the host. */
static const char *taken_key(const hebb_plugin *plugin)
{
  static const char *const taken[][10] = {
    [HEBB_RULE] = { "plugin", "share", "update", "kernel", "neuron", "table", "assignment",
                    "merge_from", "merge_every", "merge_until" },
    [HEBB_ENV] = { "plugin" },
    [HEBB_OPTIMIZER] = { "plugin", "population" }
  };
  for (int i = 0; i < 10 && taken[plugin->kind][i]; i++)
    if (param_find(plugin->params, taken[plugin->kind][i]))
      return taken[plugin->kind][i];
  return NULL;
}

int loader_check_head(const hebb_plugin *plugin, const char *path, error *err)
{
  // the order matters: nothing behind abi, kind and size means anything before these are right
  if (plugin->abi != HEBB_ABI)
    return error_add(
        err, EXIT_PLUGIN,
        "%s: built for plugin ABI %u, this hebb speaks %u; rebuild it with these headers", path,
        plugin->abi, HEBB_ABI);
  if (plugin->size < sizeof(hebb_plugin))
    return error_add(
        err, EXIT_PLUGIN,
        "%s: its descriptor has %u bytes, the common head alone %zu; set .size to sizeof "
        "the whole descriptor",
        path, plugin->size, sizeof(hebb_plugin));
  const size_t least = least_size(plugin->kind);
  if (least == 0)
    return error_add(err, EXIT_PLUGIN,
                     "%s: unknown kind %u; this hebb takes rules (%d), environments (%d) and "
                     "optimizers (%d)",
                     path, plugin->kind, HEBB_RULE, HEBB_ENV, HEBB_OPTIMIZER);
  if (plugin->size < least)
    return error_add(err, EXIT_PLUGIN,
                     "%s: its descriptor has %u bytes, %s needs %zu; set .size to sizeof the whole "
                     "descriptor, or rebuild it with these headers",
                     path, plugin->size, loader_kind_name(plugin->kind), least);
  return EXIT_FINE;
}

int loader_check_descriptor(const hebb_plugin *plugin, const char *path, error *err)
{
  char where[512];

  if (!plugin->name || !plugin->name[0])
    return error_add(err, EXIT_PLUGIN, "%s: the plugin has no name; set .name", path);
  if (!loader_good_name(plugin->name))
    return error_add(
        err, EXIT_PLUGIN,
        "%s: '%.80s' is no name for a plugin; use small letters, digits, _ and -, a letter "
        "first, 64 at most",
        path, plugin->name);

  snprintf(where, sizeof where, "%.400s: %s %s", path, loader_kind_name(plugin->kind),
           plugin->name);
  if (!plugin->version || !plugin->version[0])
    return error_add(err, EXIT_PLUGIN, "%s: has no version; set .version", where);
  if (!plugin->brief || !plugin->brief[0])
    return error_add(err, EXIT_PLUGIN, "%s: has no brief; say in .brief what it is", where);
  if (!plugin->cite)
    return error_add(err, EXIT_PLUGIN, "%s: has no cite; set .cite to the paper, or to \"\"",
                     where);

  const char *missing = missing_function(plugin);
  if (missing)
    return error_add(err, EXIT_PLUGIN, "%s: lacks a function that it must offer: %s", where,
                     missing);
  const char *taken = taken_key(plugin);
  if (taken)
    return error_add(err, EXIT_PLUGIN,
                     "%s: parameter '%s' is a key of hebb's own in [%s]; give it another name",
                     where, taken,
                     plugin->kind == HEBB_RULE  ? "rule"
                     : plugin->kind == HEBB_ENV ? "env"
                                                : "optimizer");
  return param_check_rows(plugin->params, plugin->config_size, where, err);
}
