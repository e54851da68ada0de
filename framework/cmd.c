/* cmd.c - what the commands share. */
#include "cmd.h"

#include <errno.h>
#include <getopt.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "run_folder.h"

int cmd_usage_error(const command *c, error *err, const char *format, ...)
{
  char sentence[1024];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(sentence, sizeof sentence, format, arguments);
  va_end(arguments);
  return error_add(err, EXIT_CONFIGURATION, "%s: %s; see 'hebb %s --help'", c->name, sentence,
                   c->name);
}

void cmd_help(const command *c)
{
  printf("Usage: hebb %s %s\n%s\n", c->name, c->arguments, c->brief);
  if (c->help && c->help[0])
    printf("\n%s", c->help);
}

int cmd_bad_option(const command *c, int reported, char **argv, error *err)
{
  if (reported == ':')
    return cmd_usage_error(c, err, "%s wants a value", argv[optind - 1]);
  return cmd_usage_error(c, err, "unknown option %s", argv[optind - 1]);
}

/* Appends a word, in single quotes where a shell would read it otherwise. */
static void put_word(FILE *out, const char *word)
{
  static const char plain[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_@%+=:,./-";
  if (*word && word[strspn(word, plain)] == '\0') {
    fputs(word, out);
    return;
  }
  fputc('\'', out);
  for (; *word; word++)
    if (*word == '\'')
      fputs("'\\''", out);
    else
      fputc(*word, out);
  fputc('\'', out);
}

static char *join(const char *program, int argc, char **argv)
{
  char *text = NULL;
  size_t size;
  FILE *out = open_memstream(&text, &size);
  if (!out)
    return NULL;
  put_word(out, program);
  for (int k = 0; k < argc; k++) {
    fputc(' ', out);
    put_word(out, argv[k]);
  }
  if (fclose(out) == 0)
    return text;
  free(text);
  return NULL;
}

char *cmd_typed(int argc, char **argv)
{
  return join("hebb", argc, argv);
}

const char *cmd_program(void)
{
  const char *program = getenv("HEBB_PROGRAM");
  return program && program[0] ? program : "hebb";
}

char *cmd_quoted(const char *word)
{
  return join(word, 0, NULL);
}

char *cmd_advice(int argc, char **argv)
{
  return join(cmd_program(), argc, argv);
}

int64_t cmd_default_workers(void)
{
  cpu_set_t allowed;
  return sched_getaffinity(0, sizeof allowed, &allowed) == 0 ? CPU_COUNT(&allowed) : 1;
}

int cmd_claim_output(const char *path, const char *source, const char *source_is, bool force,
                     const char *instead, error *err)
{
  struct stat there;
  if (stat(path, &there) == 0) {
    if (run_folder_same_file(path, source))
      return error_add(err, EXIT_CONFIGURATION, "%s %s", path, source_is);
    if (!force)
      return error_add(err, EXIT_CONFIGURATION, "%s exists; --force replaces it, %s", path,
                       instead);
  }
  return store_can_write(path, err);
}

int cmd_add_word(word_list *list, const char *word, error *err)
{
  const char **grown = realloc(list->word, (size_t)(list->n + 1) * sizeof *grown);
  if (!grown)
    return error_add(err, EXIT_RUN_FAILED, "memory: no room for another option");
  list->word = grown;
  list->word[list->n++] = word;
  return EXIT_FINE;
}

int cmd_integer(const command *c, const char *option, const char *text, int64_t low, int64_t high,
                int64_t *out, error *err)
{
  char *end;
  errno = 0;
  const long long value = strtoll(text, &end, 10);
  if (errno || end == text || *end || value < low || value > high)
    return cmd_usage_error(c, err, "%s wants a whole number from %lld to %lld, not '%s'", option,
                           (long long)low, (long long)high, text);
  *out = value;
  return EXIT_FINE;
}

void cmd_print_network(const convolution *c, int32_t first, int32_t n_layer, const int32_t *size)
{
  static const char *const kind[] = {
    [FIRST_DENSE] = "", [FIRST_RECURRENT] = " (recurrent)", [FIRST_LSTM] = " (lstm)"
  };
  for (int32_t k = 0; k < c->n_layer; k++) {
    const convolution_layer *l = &c->layer[k];
    if (k == 0)
      printf("%dx%dx%d-", l->in_height, l->in_width, l->n_in);
    printf("%dx%dx%d-", l->out_height, l->out_width, l->n_out);
  }
  for (int32_t l = 0; l <= n_layer; l++)
    printf("%s%d%s", l > 0 ? "-" : "", size[l], l == 1 ? kind[first] : "");
}
