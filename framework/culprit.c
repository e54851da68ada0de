/* culprit.c - the innermost frame of the stack that lies in a plugin's file names the culprit.
 *
 * Handlers of deadly signals and of exit walk the stack of a process that is lost anyway, so that what
 * they call need not be safe there: should they hang or crash, an alarm or the next signal ends it.
 */
#include "culprit.h"

#include <dlfcn.h>
#include <execinfo.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MOST_FRAMES = 64, STACK = 1 << 16 };

static struct {
  const char *file[CULPRIT_MOST];
  int32_t n;
  size_t room;
  culprit *out;
} watched;
static _Alignas(16) char own_stack[STACK]; /* that of a plugin may be used up */

int culprit_question(void)
{
  return SIGUSR2;
}

void culprit_prepare(void)
{
  void *frame[1];
  backtrace(frame, 1); // loads the unwinder
}

static int32_t find_file(void)
{
  void *frame[MOST_FRAMES];
  const int n = backtrace(frame, MOST_FRAMES);
  for (int k = 0; k < n; k++) {
    Dl_info at;
    if (!dladdr(frame[k], &at) || !at.dli_fname)
      continue;
    for (int32_t f = 0; f < watched.n; f++)
      if (strcmp(at.dli_fname, watched.file[f]) == 0)
        return f;
  }
  return CULPRIT_UNKNOWN;
}

static int32_t memory_left(void)
{
  void *probe =
      mmap(NULL, watched.room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (probe == MAP_FAILED)
    return 0;
  munmap(probe, watched.room);
  return 1;
}

static void on_signal(int number)
{
  signal(SIGALRM, SIG_DFL);
  alarm(1);
  watched.out->signal = number;
  watched.out->memory = !memory_left();
  watched.out->file = find_file();
  if (number == culprit_question())
    _exit(EXIT_FAILURE);
  raise(number); // its handler is gone
}

static void on_end(int status, void *unused)
{
  (void)unused;
  watched.out->exited = 1;
  watched.out->status = status;
  watched.out->file = find_file();
  _exit(status); // the handlers and buffers that follow are another process's
}

void culprit_watch(const char *const *file, int32_t n, size_t room, culprit *out)
{
  static const int deadly[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS };
  struct sigaction action = { .sa_handler = on_signal,
                              .sa_flags = SA_ONSTACK | (int)SA_RESETHAND | SA_NODEFER };
  const stack_t stack = { .ss_sp = own_stack, .ss_size = sizeof own_stack };

  watched.n = n < CULPRIT_MOST ? n : CULPRIT_MOST;
  for (int32_t f = 0; f < watched.n; f++)
    watched.file[f] = file[f];
  watched.room = room;
  watched.out = out;
  *out = (culprit){ .file = CULPRIT_UNKNOWN };
  sigemptyset(&action.sa_mask);
  sigaltstack(&stack, NULL);
#ifndef __SANITIZE_ADDRESS__ /* which has its own, and more to say */
  for (size_t k = 0; k < sizeof deadly / sizeof deadly[0]; k++)
    sigaction(deadly[k], &action, NULL);
#endif
  sigaction(culprit_question(), &action, NULL);
  on_exit(on_end, NULL);
}
