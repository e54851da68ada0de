/* interrupt.c - a flag that signals raise. */
#include "interrupt.h"

#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>

static atomic_int requested; /* lock-free, so a signal handler may set it */

static void request(int signal_number)
{
  (void)signal_number;
  atomic_store(&requested, 1);
}

void interrupt_install(void)
{
  static const int asked[] = { SIGTERM, SIGHUP, SIGUSR1, SIGXCPU };
  struct sigaction action = { .sa_handler = request, .sa_flags = SA_RESTART };
  sigemptyset(&action.sa_mask);
  for (size_t k = 0; k < sizeof asked / sizeof asked[0]; k++)
    sigaction(asked[k], &action, NULL);
  action.sa_flags = SA_RESTART | (int)SA_RESETHAND; // the second one ends the program
  sigaction(SIGINT, &action, NULL);
}

bool interrupt_requested(void)
{
  return atomic_load(&requested) != 0;
}
