/* cmd_verify.c - hebb verify: whether what a run left is whole. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cmd.h"
#include "store.h"

enum { PATH_SIZE = 4096 };

static bool is_folder(const char *path)
{
  struct stat there;
  return stat(path, &there) == 0 && S_ISDIR(there.st_mode);
}

static int verify(const char *path, error *err)
{
  const int before = err->count;
  store_verify(path, stdout, err);
  if (err->count == before)
    printf("%s: whole\n", path);
  return err->status;
}

static int run(int argc, char **argv, error *err)
{
  static const struct option known[] = { { 0 } };
  opterr = 0;
  optind = 1;
  const int c = getopt_long(argc, argv, ":", known, NULL);
  if (c != -1)
    return cmd_bad_option(&cmd_verify, c, argv, err);
  if (argc == optind)
    return cmd_usage_error(&cmd_verify, err, "a run folder or an HDF5 file is wanted");
  for (int k = optind; k < argc; k++) {
    char path[PATH_SIZE + 16];
    if (strlen(argv[k]) >= PATH_SIZE)
      return cmd_usage_error(&cmd_verify, err, "the path is too long");
    snprintf(path, sizeof path, is_folder(argv[k]) ? "%s/run.h5" : "%s", argv[k]);
    verify(path, err);
  }
  return err->status;
}

const command cmd_verify = {
  .name = "verify",
  .arguments = "RUN|FILE.h5...",
  .brief = "check that files of results are whole",
  .help =
      "Reads every number of a run folder's run.h5, or of any file of hebb: it must open, agree with\n"
      "the schema, and have the checksums it says; nothing may be infinite but in a recorded life that\n"
      "failed, genomes must be finite, and a fitness is NaN only where a life failed. Every fault is a\n"
      "line; the exit status is then 4, or 74 where a file cannot be opened at all.\n",
  .run = run,
};
