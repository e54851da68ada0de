/* cmd.h - the commands, one cmd_*.c each. A command parses its own arguments (getopt_long), prints its
 * result on standard output and its log on standard error, and returns the exit status; why it failed
 * goes into err, which main prints. argv[0] is the command's name. */
#ifndef HEBB_CMD_H
#define HEBB_CMD_H

#include <stdbool.h>
#include <stdint.h>

#include "convolution.h"
#include "error.h"

typedef struct command {
  const char *name;
  const char *arguments; /* "EXPERIMENT [--set KEY=VALUE]..." */
  const char *brief;     /* one line for `hebb --help` */
  const char *help;      /* what `hebb NAME --help` prints after usage and brief: options, examples */
  int (*run)(int argc, char **argv, error *err);
} command;

extern const command cmd_run, cmd_evaluate, cmd_list, cmd_describe, cmd_check, cmd_inspect, cmd_play,
    cmd_replay, cmd_vet, cmd_new, cmd_bench, cmd_resume, cmd_verify, cmd_table;

/* "Tables" and a line for each installed one, as `hebb list` shows them (cmd_table.c). */
void cmd_list_tables(void);

/* Words given by a repeated option (--set a=1 --set b=2). */
typedef struct word_list {
  const char **word;
  int32_t n;
} word_list;

/* Shared by all commands (cmd.c). */
int cmd_usage_error(const command *c, error *err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));          /* adds the sentence, "see hebb NAME --help"; EXIT_CONFIGURATION */
void cmd_help(const command *c);                      /* usage, brief and help on standard output */
/* What getopt_long reports as '?' or ':': an unknown option, or one without its value. */
int cmd_bad_option(const command *c, int reported, char **argv, error *err);

/* "hebb run first --set a=b" as typed, quoted for a shell; before getopt_long reorders argv. malloc'ed,
   or NULL where memory is refused. */
char *cmd_typed(int argc, char **argv);

/* "84x84x3-9x9x8-648-128-3": the picture and convolutions, where there are any; then neurons [n_layer + 1].
   first: enum network_first, as in "28-128 (lstm)-64-8". */
void cmd_print_network(const convolution *c, int32_t first, int32_t n_layer, const int32_t *size);

/* How to call this program in a command that is advice: "hebb", or the path of a build tree's own. */
const char *cmd_program(void);
char *cmd_quoted(const char *word);       /* for a shell; malloc'ed or NULL, as the next */
char *cmd_advice(int argc, char **argv); /* as cmd_typed, of cmd_program */

enum { CMD_MOST_WORKERS = 1024 };
int64_t cmd_default_workers(void); /* the processors that this process may use */

/* Whether a command may write path: not onto source, its own input ("PATH <source_is>"), not onto anything
   that exists without force ("... --force replaces it, <instead>"), and where it can be written. */
int cmd_claim_output(const char *path, const char *source, const char *source_is, bool force,
                     const char *instead, error *err);

int cmd_add_word(word_list *list, const char *word, error *err);
int cmd_integer(const command *c, const char *option, const char *text, int64_t low, int64_t high,
                int64_t *out, error *err);

#endif
