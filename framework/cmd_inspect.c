/* cmd_inspect.c - hebb inspect: what is in an HDF5 file. */
#include <getopt.h>
#include <stdio.h>

#include "cmd.h"
#include "store.h"

static int run(int argc, char **argv, error *err)
{
  static const struct option known[] = {
    { "csv", required_argument, NULL, 'c' },
    { "validate", no_argument, NULL, 'v' },
    { 0 },
  };
  const char *group = NULL;
  bool validate = false;

  opterr = 0;
  optind = 1;
  for (int c; (c = getopt_long(argc, argv, ":", known, NULL)) != -1;)
    switch (c) {
    case 'c': group = optarg; break;
    case 'v': validate = true; break;
    default: return cmd_bad_option(&cmd_inspect, c, argv, err);
    }
  if (argc - optind != 1)
    return cmd_usage_error(&cmd_inspect, err, "one HDF5 file is wanted, %d given", argc - optind);
  if (group && validate)
    return cmd_usage_error(&cmd_inspect, err, "--csv and --validate are asked one at a time");

  const char *path = argv[optind];
  if (group)
    return store_inspect_csv(path, group, stdout, err);
  if (!validate)
    return store_inspect(path, stdout, err);
  if (store_validate(path, stdout, err) == EXIT_FINE)
    printf("%s: agrees with the schema\n", path);
  return err->status;
}

const command cmd_inspect = {
  .name = "inspect",
  .arguments = "FILE.h5 [--csv GROUP | --validate]",
  .brief = "show what is in an HDF5 file",
  .help =
      "Prints what the file is, how the run went, and every group and data set with its\n"
      "dimensions, type, unit and meaning. Any HDF5 file can be shown, not only ours.\n"
      "\n"
      "  --csv GROUP        the one-dimensional series of a group side by side, with a header:\n"
      "                     hebb inspect run.h5 --csv generations > generations.csv\n"
      "                     of an evaluation a row for each rollout of each condition\n"
      "  --validate         compare with the schema (docs/SCHEMA.md); every difference is\n"
      "                     printed, and the exit status is 4 where there is one\n",
  .run = run,
};
