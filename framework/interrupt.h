/* interrupt.h - signals ask a run to stop: INT TERM HUP USR1 XCPU. A second INT leaves at once. */
#ifndef HEBB_INTERRUPT_H
#define HEBB_INTERRUPT_H

#include <stdbool.h>

void interrupt_install(void);
bool interrupt_requested(void); /* from any thread */

#endif
