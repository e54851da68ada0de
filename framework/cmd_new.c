/* cmd_new.c - hebb new: writes a working plugin with its Makefile and a test.
 *
 * The templates are the files of plugins/template, installed with the data. In their names and texts
 * the word NAME stands for the plugin's name; the Makefile also learns where this program and the
 * headers are, for a machine on which pkg-config does not know hebb.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd.h"
#include "loader.h"

enum { N_FILE = 4, MAX_NAME = 64, MAX_TEMPLATE = 64 * 1024 };

static const char *const files[N_FILE] = { "NAME.c", "Makefile", "test.sh", "README.md" };

typedef struct replacement {
  const char *from, *to;
} replacement;

static const char *environment_or(const char *variable, const char *otherwise)
{
  const char *value = getenv(variable);
  return value && value[0] ? value : otherwise;
}

static bool is_name(const char *name)
{
  const size_t length = strlen(name);
  return length <= MAX_NAME && name[0] >= 'a' && name[0] <= 'z' &&
         strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-") == length;
}

/* HEBB_RULE for "rule"; 0 for what is no kind. */
static uint32_t kind_of(const char *word)
{
  static const char *const words[] = {
    [HEBB_RULE] = "rule", [HEBB_ENV] = "env", [HEBB_OPTIMIZER] = "optimizer"
  };
  uint32_t kind = HEBB_OPTIMIZER;
  while (kind >= HEBB_RULE && strcmp(words[kind], word) != 0)
    kind--;
  return kind;
}

/* A template's text, to be freed. */
static int read_template(const char *kind, const char *file, char **text, error *err)
{
  const char *folder;
  for (int32_t i = 0; (folder = loader_data_folder(i)); i++) {
    char path[PATH_MAX];
    FILE *in = NULL;
    if (snprintf(path, sizeof path, "%s/template/%s/%s", folder, kind, file) < (int)sizeof path)
      in = fopen(path, "r");
    if (!in)
      continue;
    *text = calloc(1, MAX_TEMPLATE);
    if (*text)
      (*text)[fread(*text, 1, MAX_TEMPLATE - 1, in)] = '\0';
    fclose(in);
    return *text ? EXIT_FINE : error_add(err, EXIT_RUN_FAILED, "%s: no memory for it", path);
  }
  return error_add(err, EXIT_IO,
                   "template/%s/%s: in none of the data folders: install hebb again, or set "
                   "HEBB_DATA_PATH to the folder that holds template/",
                   kind, file);
}

/* The file that becomes of a template's file. */
static void target(char path[PATH_MAX], const char *folder, const char *file, const char *name)
{
  const bool named = !strncmp(file, "NAME", 4);
  snprintf(path, PATH_MAX, "%s/%s%s", folder, named ? name : "", named ? file + 4 : file);
}

static void write_replaced(const char *text, const replacement *list, FILE *out)
{
  while (*text) {
    const replacement *r = list;
    while (r->from && strncmp(text, r->from, strlen(r->from)) != 0)
      r++;
    if (r->from) {
      fputs(r->to, out);
      text += strlen(r->from);
    } else {
      fputc(*text++, out);
    }
  }
}

static int write_file(const char *path, const char *text, const replacement *list, error *err)
{
  FILE *out = fopen(path, "wx");
  if (!out)
    return error_add(err, EXIT_IO, "%s: %s", path, strerror(errno));
  write_replaced(text, list, out);
  const bool failed = ferror(out) != 0;
  if (fclose(out) || failed)
    return error_add(err, EXIT_IO, "%s: cannot be written: %s", path, strerror(errno));
  return EXIT_FINE;
}

/* Writes all of the folder or, where that fails, leaves nothing of it. */
static int write_folder(const char *folder, char *const text[N_FILE], const replacement *list,
                        error *err)
{
  const char *name = list[0].to;
  char path[PATH_MAX];

  if (mkdir(folder, 0777)) {
    if (errno == EEXIST)
      return error_add(err, EXIT_CONFIGURATION,
                       "new: %s: exists already: choose another name, or give a folder after it",
                       folder);
    return error_add(err, EXIT_IO, "new: %s: %s%s", folder, strerror(errno),
                     errno == ENOENT ? ": make the folder it is to stand in first (mkdir -p)" : "");
  }
  for (int i = 0; i < N_FILE; i++) {
    target(path, folder, files[i], name);
    if (write_file(path, text[i], list, err) == EXIT_FINE)
      continue;
    for (int k = 0; k <= i; k++) {
      target(path, folder, files[k], name);
      unlink(path);
    }
    rmdir(folder);
    return err->status;
  }
  return EXIT_FINE;
}

static void tell_what_comes_next(uint32_t kind, const char *name, const char *folder)
{
  char setting[PATH_MAX + MAX_NAME + 32];
  snprintf(setting, sizeof setting, "rule.plugin=%s%s/%s.so", strchr(folder, '/') ? "" : "./",
           folder, name);
  char *in = cmd_quoted(folder);
  char *try = cmd_advice(4, (char *[]){ "run", "first.toml", "--set", setting });

  printf("%s: %s.c Makefile test.sh README.md\n", folder, name);
  if (in && try)
    printf("Next:\n  make -C %s check\n", in);
  if (in && try && kind == HEBB_RULE)
    printf("  %s\n", try);
  free(in);
  free(try);
}

static int run(int argc, char **argv, error *err)
{
  char *text[N_FILE] = { NULL };
  int status = EXIT_FINE;

  if (argc < 3 || argc > 4 || argv[1][0] == '-')
    return cmd_usage_error(&cmd_new, err, "wants rule, env or optimizer, and a name");
  const uint32_t kind = kind_of(argv[1]);
  const char *name = argv[2], *folder = argc == 4 ? argv[3] : name;
  if (!kind)
    return cmd_usage_error(&cmd_new, err, "a plugin is a rule, an env or an optimizer, not '%s'",
                           argv[1]);
  if (!is_name(name))
    return cmd_usage_error(&cmd_new, err,
                           "'%s' is no name: it begins with a small letter, then small letters, "
                           "digits, _ and -, 64 characters at most",
                           name);
  if (strlen(folder) + MAX_NAME + 16 > PATH_MAX)
    return cmd_usage_error(&cmd_new, err, "the folder's path is too long");

  const replacement list[] = {
    { "NAME", name },
    { "@HEBB@", cmd_program() },
    { "@HEBB_INCLUDE@", environment_or("HEBB_INCLUDE", HEBB_INCLUDE_DIR) },
    { NULL, NULL },
  };
  for (int i = 0; i < N_FILE && status == EXIT_FINE; i++)
    status = read_template(argv[1], files[i], &text[i], err);
  if (status == EXIT_FINE)
    status = write_folder(folder, text, list, err);
  if (status == EXIT_FINE)
    tell_what_comes_next(kind, name, folder);
  for (int i = 0; i < N_FILE; i++)
    free(text[i]);
  return status;
}

const command cmd_new = {
  .name = "new",
  .arguments = "rule|env|optimizer NAME [FOLDER]",
  .brief = "write a working plugin with its Makefile and a test",
  .help =
      "Writes FOLDER (NAME where it is left out) with NAME.c, a Makefile, a test and a README.\n"
      "An existing folder is never touched. NAME: small letters, digits, _ and -.\n\n"
      "  hebb new rule mine\n"
      "  make -C mine check\n"
      "  hebb run first.toml --set rule.plugin=./mine/mine.so\n",
  .run = run,
};
