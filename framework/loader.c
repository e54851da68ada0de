/* loader.c - dlopen, and who is who in an opened file.
 *
 * A file once opened stays open: descriptors, their strings and whatever runtime they brought along
 * live as long as the program. The list of open files is the only state here.
 */
#include "loader.h"

#include <dlfcn.h>
#include <errno.h>
#include <fenv.h>
#include <float.h>
#include <limits.h>
#include <sha256.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loader_check.h"
#include "loader_path.h"

enum { MOST_MEMBERS = 256 }; /* plugins in one file; also stops a hebb_plugin_at without an end */

typedef const hebb_plugin *(*plugin_at_function)(uint32_t);

/* A descriptor in use: the host reads its copy, which is as long as the host expects. */
typedef struct adopted {
  struct adopted *next;
  const hebb_plugin *original;
  hebb_plugin *copy;
} adopted;

typedef struct open_file {
  struct open_file *next;
  char *path;
  char sha256[SHA256_DIGEST_STRING_LENGTH];
  plugin_at_function plugin_at;
  adopted *members; /* those in use */
} open_file;

static open_file *open_files;

/* ---- opening a file ---- */

/* Whether the processor still computes as C says. A library built with -ffast-math switches tiny
   numbers to zero for the whole thread when it is opened. */
static bool plain_arithmetic(void)
{
  volatile double least = DBL_MIN, half = least / 2, twice = half * 2;
  return half != 0 && twice == least && fegetround() == FE_TONEAREST;
}

static int open_library(const char *path, plugin_at_function *plugin_at, error *err)
{
  fenv_t before;
  fegetenv(&before);
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  const bool plain = plain_arithmetic();
  fesetenv(&before);

  if (!library) {
    const char *why = dlerror();
    const size_t length = strlen(path); // dlerror often begins with the path, too
    if (why && strncmp(why, path, length) == 0 && why[length] == ':')
      why += length + 1 + strspn(why + length + 1, " ");
    return error_add(err, EXIT_PLUGIN,
                     "%s: cannot be loaded: %s; link it with every library it uses", path,
                     why ? why : "no reason given");
  }
  if (!plain)
    return error_add(err, EXIT_PLUGIN,
                     "%s: changes the arithmetic of the whole program as it is opened; rebuild it "
                     "without -ffast-math",
                     path);

  void *symbol = dlsym(library, "hebb_plugin_at");
  if (!symbol)
    return error_add(err, EXIT_PLUGIN,
                     "%s: is no hebb plugin: it does not export hebb_plugin_at; see hebb/plugin.h",
                     path);
  memcpy(plugin_at, &symbol, sizeof symbol); // C has no cast from void * to a function
  return EXIT_FINE;
}

static int open_once(const char *path, open_file **out, error *err)
{
  char absolute[PATH_MAX];

  if (!realpath(path, absolute))
    return error_add(err, EXIT_PLUGIN, "%s: cannot be opened: %s", path, strerror(errno));
  for (open_file *f = open_files; f; f = f->next)
    if (strcmp(f->path, absolute) == 0) {
      *out = f;
      return EXIT_FINE;
    }

  int status = loader_check_file(absolute, err);
  if (status)
    return status;
  open_file *f = calloc(1, sizeof *f);
  if (!f || !(f->path = strdup(absolute))) {
    free(f);
    return error_add(err, EXIT_RUN_FAILED, "%s: no memory to open it", path);
  }
  if (!SHA256File(absolute, f->sha256))
    status = error_add(err, EXIT_PLUGIN, "%s: cannot be read: %s", path, strerror(errno));
  else
    status = open_library(absolute, &f->plugin_at, err);
  if (status) {
    free(f->path);
    free(f);
    return status;
  }
  f->next = open_files;
  open_files = f;
  *out = f;
  return EXIT_FINE;
}

/* ---- choosing a plugin in a file ---- */

/* "an environment", "a rule" */
static const char *article(uint32_t kind)
{
  return strchr("aeo", loader_kind_name(kind)[0]) ? "an" : "a";
}

/* What can be said of a descriptor without trusting more of it than its head. */
static const char *safe_name(const hebb_plugin *plugin)
{
  return plugin->abi == HEBB_ABI && plugin->size >= sizeof *plugin && plugin->name ? plugin->name
                                                                                   : "";
}

/* Checks a descriptor and gives the host's copy of it, the same one each time. */
static int adopt(open_file *file, const hebb_plugin *original, const hebb_plugin **out, error *err)
{
  for (adopted *m = file->members; m; m = m->next)
    if (m->original == original) {
      *out = m->copy;
      return EXIT_FINE;
    }
  if (loader_check_head(original, file->path, err) != EXIT_FINE)
    return err->status;

  adopted *m = calloc(1, sizeof *m);
  hebb_plugin *copy = loader_copy_descriptor(original, loader_host_size(original->kind));
  const int status = !m || !copy
                         ? error_add(err, EXIT_RUN_FAILED, "%s: no memory to open it", file->path)
                         : loader_check_descriptor(copy, file->path, err);
  if (status) {
    free(copy);
    free(m);
    return status;
  }
  // NOLINTNEXTLINE(clang-analyzer-core.NullDereference): error_add returns no 0
  *m = (adopted){ file->members, original, copy };
  file->members = m;
  *out = copy;
  return EXIT_FINE;
}

/* The plugin of a file that `member` names (NULL: any), of a kind (0: any). */
static int choose(open_file *file, const char *member, uint32_t kind, const hebb_plugin **out,
                  error *err)
{
  const hebb_plugin *sole = NULL, *named = NULL, *other = NULL, *at;
  char names[512] = "", stem[NAME_MAX + 1];
  int n = 0;

  snprintf(stem, sizeof stem, "%s", strrchr(file->path, '/') + 1);
  stem[strcspn(stem, ".")] = '\0';
  for (uint32_t i = 0; i < MOST_MEMBERS && (at = file->plugin_at(i)); i++) {
    const char *name = safe_name(at);
    const bool wanted = !member || strcmp(name, member) == 0;
    const bool known_kind = at->kind >= HEBB_RULE && at->kind <= HEBB_OPTIMIZER;
    if (name[0] && kind && at->kind != kind && known_kind) {
      other = wanted ? at : other;
      continue;
    }
    if (strlen(names) + strlen(name) + 3 < sizeof names)
      sprintf(names + strlen(names), "%s%s", n ? ", " : "", name);
    n++;
    if (member ? wanted : strcmp(name, stem) == 0)
      named = named ? named : at;
    sole = at;
  }

  const char *kind_name = loader_kind_name(kind);
  if (named || (!member && n == 1))
    return adopt(file, named ? named : sole, out, err);
  if (other)
    return error_add(err, EXIT_PLUGIN, "%s: '%s' is %s %s, where %s %s is wanted", file->path,
                     other->name, article(other->kind), loader_kind_name(other->kind),
                     article(kind), kind_name);
  if (n == 0)
    return error_add(err, EXIT_PLUGIN, "%s: holds no plugin: hebb_plugin_at(0) is NULL",
                     file->path);
  if (member)
    return error_add(err, EXIT_PLUGIN, "%s: holds no %s '%s', but %s", file->path, kind_name,
                     member, names);
  return error_add(err, EXIT_PLUGIN, "%s: holds several %ss: %s; say which one, as '%s:NAME'",
                   file->path, kind_name, names, stem);
}

/* ---- opening by name ---- */

static int refuse_missing(const char *name, uint32_t kind, error *err)
{
  char places[2048] = "";
  const char *folder, *near = loader_nearest(name, kind);
  size_t length = 0;
  uint32_t other = HEBB_RULE;

  for (int32_t i = 0; (folder = loader_plugin_folder(i)) && length < sizeof places; i++)
    length += (size_t)snprintf(places + length, sizeof places - length, "%s%s/%s", i ? ", " : "",
                               folder, loader_kind_folder(kind));
  while (other <= HEBB_OPTIMIZER && !loader_has(name, other))
    other++;
  if (other <= HEBB_OPTIMIZER)
    return error_add(err, EXIT_PLUGIN, "'%s' is %s %s, where %s %s is wanted", name, article(other),
                     loader_kind_name(other), article(kind), loader_kind_name(kind));
  return error_add(err, EXIT_PLUGIN, "no %s named '%s': looked for %s.so in %s%s%s%s",
                   loader_kind_name(kind), name, name, places, near ? "; did you mean '" : "",
                   near ? near : "", near ? "'?" : "");
}

/* Where the member begins in "family:abc" or "./family.so:abc", or NULL. */
static const char *find_member(const char *name)
{
  const char *slash = strrchr(name, '/'), *colon = strrchr(name, ':');
  return colon && (!slash || colon > slash) ? colon : NULL;
}

bool loader_has(const char *name, uint32_t kind)
{
  char path[PATH_MAX], file[PATH_MAX];
  const char *colon = find_member(name);
  snprintf(file, sizeof file, "%.*s", (int)(colon ? (size_t)(colon - name) : strlen(name)), name);
  return loader_good_name(file) && loader_find_file(file, kind, path);
}

int loader_open(const char *name, uint32_t kind, const char *base, loaded *out, error *err)
{
  char file[PATH_MAX], path[PATH_MAX];
  const char *colon = find_member(name), *member = colon ? colon + 1 : NULL;
  open_file *opened;

  snprintf(file, sizeof file, "%.*s", (int)(colon ? (size_t)(colon - name) : strlen(name)), name);
  if (member && !loader_good_name(member))
    return error_add(err, EXIT_PLUGIN, "'%s': '%s' cannot be the name of a plugin", name, member);
  if (strchr(file, '/')) {
    if (file[0] == '/' || !base || strcmp(base, ".") == 0)
      snprintf(path, sizeof path, "%s", file);
    else if (snprintf(path, sizeof path, "%s/%s", base, file) >= (int)sizeof path)
      return error_add(err, EXIT_PLUGIN, "%s: the path is too long", name);
  } else {
    if (!loader_good_name(file))
      return error_add(
          err, EXIT_PLUGIN,
          "'%s' is neither a plugin's name (small letters, digits, _ and -) nor a path "
          "(with a '/', as in './%s')",
          name, name);
    if (!loader_find_file(file, kind, path))
      return refuse_missing(file, kind, err);
  }

  int status = open_once(path, &opened, err);
  if (status)
    return status;
  out->path = opened->path;
  out->sha256 = opened->sha256;
  return choose(opened, member, kind, &out->plugin, err);
}

/* ---- scanning ---- */

/* Calls each for every good plugin of a kind in a file. */
static void scan_file(const char *path, uint32_t kind, void (*each)(const loaded *, void *arg),
                      void *arg, error *err)
{
  open_file *file;
  const hebb_plugin *at;

  if (open_once(path, &file, err))
    return;
  // NOLINTNEXTLINE(clang-analyzer-core.NullDereference): error_add returns no 0
  for (uint32_t i = 0; i < MOST_MEMBERS && (at = file->plugin_at(i)); i++) {
    if (safe_name(at)[0] && at->kind != kind && at->kind >= HEBB_RULE && at->kind <= HEBB_EXECUTOR)
      continue;
    loaded l = { .path = file->path, .sha256 = file->sha256 };
    if (adopt(file, at, &l.plugin, err) == EXIT_FINE)
      each(&l, arg);
  }
}

int loader_scan(uint32_t kind, void (*each)(const loaded *, void *arg), void *arg, error *err)
{
  const int before = err->count;
  const char *folder;

  for (int32_t f = 0; (folder = loader_plugin_folder(f)); f++) {
    size_t n;
    const char **name = loader_names_in(folder, kind, &n);
    for (size_t i = 0; i < n; i++) {
      char path[PATH_MAX], first[PATH_MAX];
      const int length =
          snprintf(path, sizeof path, "%s/%s/%s.so", folder, loader_kind_folder(kind), name[i]);
      // of two files of one name only the first is ever opened by name
      if (length < (int)sizeof path && loader_find_file(name[i], kind, first) &&
          strcmp(first, path) == 0)
        scan_file(path, kind, each, arg, err);
    }
    free(name);
  }
  return err->count > before ? EXIT_PLUGIN : EXIT_FINE;
}
