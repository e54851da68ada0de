/* measure.c - runs a program, without its output, and prints what it took: seconds on the wall clock,
 * seconds of the processor, and the most kilobytes that it held at a time.
 *
 *     measure PROGRAM [ARGUMENT]...
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"

int main(int argc, char **argv)
{
  struct rusage used;
  int status = 0;

  if (argc < 2)
    return 2;
  const double begun = clock_seconds();
  const pid_t child = fork();
  if (child == 0) {
    const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (nowhere < 0 || dup2(nowhere, STDOUT_FILENO) < 0)
      _exit(126);
    execv(argv[1], argv + 1);
    _exit(127);
  }
  if (child < 0 || wait4(child, &status, 0, &used) != child)
    return 2;
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    return 1;
  const double cpu = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
                     1e-6 * (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
  printf("%.6f %.6f %ld\n", clock_seconds() - begun, cpu, used.ru_maxrss);
  return 0;
}
