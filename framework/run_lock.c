/* run_lock.c - flock on FOLDER/run.lock. */
#include "run_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static void path_of(const char *folder, char path[4096 + 16])
{
  snprintf(path, 4096 + 16, "%.4095s/run.lock", folder);
}

static int refuse(const run_lock *lock, const char *folder, error *err)
{
  char who[300] = "another process";
  const ssize_t n = pread(lock->fd, who, sizeof who - 1, 0);
  if (n > 0)
    who[n] = '\0';
  who[strcspn(who, "\n")] = '\0';
  return error_add(err, EXIT_CONFIGURATION,
                   "%s: %s is writing there; wait for its end, or name another folder", folder,
                   who);
}

/* Whether the file that was opened still bears the name: the one who held it may have removed it. */
static bool still_there(const run_lock *lock)
{
  struct stat opened, named;
  return fstat(lock->fd, &opened) == 0 && stat(lock->path, &named) == 0 &&
         opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

int run_lock_take(run_lock *lock, const char *folder, error *err)
{
  char host[200] = "", who[300];
  path_of(folder, lock->path);
  for (;;) {
    lock->fd = open(lock->path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (lock->fd < 0)
      return error_add(err, EXIT_IO, "cannot create %s: %s", lock->path, strerror(errno));
    // a file system without locks has none to refuse
    if (flock(lock->fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
      refuse(lock, folder, err);
      close(lock->fd);
      lock->fd = -1;
      return err->status;
    }
    if (still_there(lock))
      break;
    close(lock->fd);
  }
  gethostname(host, sizeof host - 1);
  const int n = snprintf(who, sizeof who, "process %ld on %s\n", (long)getpid(), host);
  // for people only: that the lock is held does not depend on it
  if (ftruncate(lock->fd, 0) != 0 || pwrite(lock->fd, who, (size_t)n, 0) != n)
    errno = 0;
  return EXIT_FINE;
}

void run_lock_release(run_lock *lock)
{
  if (lock->fd < 0)
    return;
  unlink(lock->path);
  close(lock->fd);
  lock->fd = -1;
}

bool run_lock_was_left(const char *folder)
{
  struct stat there;
  char path[4096 + 16];
  path_of(folder, path);
  return stat(path, &there) == 0;
}
