/* main.c - argv -> a command; prints why it failed, once, and exits with its status. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "hebb/plugin.h"
#include "param.h"
#include "store.h"

enum { N_COMMAND = 14 };

static const command *const commands[N_COMMAND] = {
  &cmd_run,      &cmd_resume, &cmd_evaluate, &cmd_replay, &cmd_inspect, &cmd_check,  &cmd_list,
  &cmd_describe, &cmd_new,    &cmd_vet,      &cmd_play,   &cmd_bench,   &cmd_verify, &cmd_table,
};

static void print_help(FILE *out)
{
  fprintf(out, "Usage: hebb COMMAND [ARGUMENT]...\n"
               "Evolves learning rules for networks that keep learning while they live.\n\n"
               "Commands:\n");
  for (int i = 0; i < N_COMMAND; i++)
    fprintf(out, "  %-10s %s\n", commands[i]->name, commands[i]->brief);
  fprintf(out, "\nTo start:\n"
               "  hebb run first.toml            evolve a rule that teaches an ant to walk\n"
               "  hebb inspect FILE.h5           see what the run left\n"
               "  hebb new rule mine             write a rule of your own\n"
               "\n'hebb COMMAND --help' explains a command, 'hebb --version' prints versions.\n");
}

static void print_version(void)
{
  printf("hebb %s\nplugin interface (ABI) %u\nHDF5 schema %d.%d.%d\n", HEBB_VERSION, HEBB_ABI,
         STORE_SCHEMA_MAJOR, STORE_SCHEMA_MINOR, STORE_SCHEMA_PATCH);
}

static const command *find_command(const char *name)
{
  for (int i = 0; i < N_COMMAND; i++)
    if (!strcmp(commands[i]->name, name))
      return commands[i];
  return NULL;
}

static int refuse_command(const char *name, error *err)
{
  const char *known[N_COMMAND];
  for (int i = 0; i < N_COMMAND; i++)
    known[i] = commands[i]->name;
  const char *nearest = param_nearest(name, known, N_COMMAND);
  if (nearest)
    return error_add(err, EXIT_CONFIGURATION,
                     "no command '%s'; did you mean '%s'? 'hebb --help' lists them", name, nearest);
  return error_add(err, EXIT_CONFIGURATION, "no command '%s'; 'hebb --help' lists them", name);
}

/* hebb help NAME */
static int help_with(const char *name, error *err)
{
  const command *c = find_command(name);
  if (!c)
    return refuse_command(name, err);
  cmd_help(c);
  return EXIT_FINE;
}

static bool wants_help(int argc, char **argv)
{
  for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
    if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h"))
      return true;
  return false;
}

static int dispatch(int argc, char **argv, error *err)
{
  if (argc < 2) {
    print_help(stderr);
    return error_add(err, EXIT_CONFIGURATION, "which command?");
  }
  const char *name = argv[1];
  if (!strcmp(name, "help") && argc > 2 && argv[2][0] != '-')
    return help_with(argv[2], err);
  if (!strcmp(name, "--help") || !strcmp(name, "-h") || !strcmp(name, "help")) {
    print_help(stdout);
    return EXIT_FINE;
  }
  if (!strcmp(name, "--version")) {
    print_version();
    return EXIT_FINE;
  }
  const command *c = find_command(name);
  if (!c)
    return refuse_command(name, err);
  if (wants_help(argc - 1, argv + 1)) {
    cmd_help(c);
    return EXIT_FINE;
  }
  return c->run(argc - 1, argv + 1, err);
}

int main(int argc, char **argv)
{
  static error err;

  // a reader that leaves early (`hebb run ... | head`) must not end a run
  signal(SIGPIPE, SIG_IGN);
  // a file beyond the limit of its size is an error like a full disk
  signal(SIGXFSZ, SIG_IGN);

  int status = dispatch(argc, argv, &err);
  errno = 0;
  if ((fflush(stdout) || ferror(stdout)) && errno != EPIPE && status == EXIT_FINE)
    status = error_add(&err, EXIT_IO, "standard output: %s",
                       errno ? strerror(errno) : "not everything could be written");
  error_print(&err);
  return status;
}
