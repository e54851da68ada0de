/* journal.h - run.journal: what the generations since the last publication of run.h5 were, so that none
 * of them is lived again. */
#ifndef HEBB_JOURNAL_H
#define HEBB_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

/* Whose journal it is. */
typedef struct journal_owner {
  char run_id[37], created[32];
  char config_sha256[65];    /* of the resolved experiment */
  char plugin_sha256[3][65]; /* environment, rule, optimizer */
} journal_owner;

typedef struct journal {
  char path[4096 + 16];
  int fd;               /* -1: closed */
  int64_t first;        /* bytes of the owner's record */
  int64_t end;          /* of the records that were read or written */
  size_t size;          /* bytes of a generation's payload */
  unsigned char *record; /* head and payload of one */
  double synced, sync_cost; /* when it was, and what that took, in seconds */
} journal;

/* Where the payload of the next record is put, and of the last one read is found. */
void *journal_payload(journal *j);

/* A new journal, complete and durable before it bears its name. */
int journal_create(journal *j, const char *folder, const journal_owner *owner, size_t size,
                   error *err);

/* The owner of the journal in a folder; false: none is there, or it is damaged. */
bool journal_read_owner(const char *folder, journal_owner *owner);

/* Opens it for reading its records one by one, and then for writing behind them. */
int journal_open(journal *j, const char *folder, size_t size, error *err);
/* The next whole record; false: there is none. *torn: something follows that is no whole record. */
bool journal_next(journal *j, int64_t *generation, bool *torn);
/* Cuts off what follows the last `records` bytes read: journal.end as it was after some record. */
int journal_cut(journal *j, int64_t end, error *err);

/* Appends a record. It outlives the program from then on, and the machine once it is synced: at once, or
   where records come so fast that syncing would take more than a twentieth of the time, with a later one.
   A failure is final: the file is not written again. */
int journal_append(journal *j, int64_t generation, error *err);
/* Forgets all records: run.h5 has them. */
int journal_restart(journal *j, error *err);

void journal_close(journal *j);
void journal_remove(const char *folder);

#endif
