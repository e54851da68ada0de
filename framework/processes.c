/* processes.c - forked workers over one shared counter.
 *
 * A worker takes tasks by itself and says in its slot which one it is at, and since when; the parent sleeps
 * until one reports the end of its round, or dies. So a task costs no system call, and a round one message
 * each way. A socket pair carries them: its end is the other side's death.
 */
#include "processes.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"

enum { AT_NONE = -1, CONDEMNED = -2 };
enum { TICK = 100 }; /* milliseconds between two looks at who should have been heard of */

/* A task is stopped from within where that is possible; so much later it is from here. */
static const double grace = 0.05;

typedef struct slot {                     /* of one worker */
  _Alignas(64) atomic_int_least64_t task; /* it is at, or AT_NONE; CONDEMNED: it must not finish */
  _Atomic double begun;
  atomic_int entered;
  culprit culprit;
} slot;

typedef struct control { /* shared */
  _Alignas(64) atomic_int_least64_t next;
  int64_t n;
  slot slot[];
} control;

typedef struct worker {
  pid_t pid; /* 0: none */
  int fd;
  bool busy;
} worker;

struct processes {
  processes_job job;
  control *control;
  size_t control_size;
  pid_t parent;
  int32_t n;
  worker *worker;      /* [n] */
  struct pollfd *poll; /* [n] */
};

void *processes_share(size_t size)
{
  void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  return memory == MAP_FAILED ? NULL : memory;
}

void processes_unshare(void *memory, size_t size)
{
  if (memory)
    munmap(memory, size);
}

/* ---- in a worker ---- */

/* Bytes of address space in use. */
static double address_space(void)
{
  unsigned long pages = 0;
  FILE *f = fopen("/proc/self/statm", "re");
  if (f && fscanf(f, "%lu", &pages) != 1)
    pages = 0;
  if (f)
    fclose(f);
  return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

static void limit(const processes *p)
{
  const struct rlimit none = { 0 };
  struct rlimit space;
  setrlimit(RLIMIT_CORE, &none);
  const double used = address_space(), most = used + p->job.memory;
  if (used > 0 && p->job.memory > 0 && getrlimit(RLIMIT_AS, &space) == 0 &&
      most < (double)space.rlim_max) {
    space.rlim_cur = (rlim_t)most;
    setrlimit(RLIMIT_AS, &space);
  }
}

/* What asks the run to stop asks the parent, which ends its workers. */
static void ignore_requests(void)
{
  static const int asked[] = { SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGXCPU };
  for (size_t k = 0; k < sizeof asked / sizeof asked[0]; k++)
    signal(asked[k], SIG_IGN);
}

static void take_tasks(processes *p, slot *own)
{
  control *c = p->control;
  int64_t task;
  while ((task = atomic_fetch_add(&c->next, 1)) < c->n) {
    atomic_store(&own->begun, clock_seconds());
    atomic_store(&own->task, task);
    p->job.work(p->job.arg, task);
    int64_t at = task;
    if (!atomic_compare_exchange_strong(&own->task, &at, AT_NONE))
      for (;;)
        pause(); // the parent has counted it as lost
  }
}

static _Noreturn void worker_main(processes *p, int32_t w, int fd)
{
  slot *own = &p->control->slot[w];
  char message;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != p->parent)
    _exit(EXIT_FAILURE); // it died before that was said
  for (int32_t k = 0; k < p->n; k++)
    if (p->worker[k].pid != 0)
      close(p->worker[k].fd);
  const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (nothing >= 0)
    dup2(nothing, STDIN_FILENO);
  ignore_requests();
  limit(p);
  culprit_watch(p->job.file, p->job.n_file, (size_t)(p->job.memory / 4), &own->culprit);
  if (!p->job.enter(p->job.arg))
    _exit(EXIT_FAILURE);
  atomic_store(&own->entered, 1);

  ssize_t got;
  while ((got = read(fd, &message, 1)) == 1 || (got < 0 && errno == EINTR)) {
    if (got < 0)
      continue;
    p->job.begin(p->job.arg, w);
    take_tasks(p, own);
    if (write(fd, &message, 1) != 1)
      break;
  }
  _exit(EXIT_SUCCESS);
}

/* ---- in the parent ---- */

static int start(processes *p, int32_t w, error *err)
{
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
    return error_add(err, EXIT_RUN_FAILED, "worker %d: no socket: %s", w, strerror(errno));
  slot *own = &p->control->slot[w];
  atomic_store(&own->task, AT_NONE);
  atomic_store(&own->entered, 0);
  own->culprit = (culprit){ .file = CULPRIT_UNKNOWN };
  culprit_prepare();
  fflush(NULL); // else a plugin that calls exit could write our buffers once more
  const pid_t pid = fork();
  if (pid == 0) {
    close(pair[0]);
    worker_main(p, w, pair[1]);
  }
  const int cause = errno;
  close(pair[1]);
  if (pid < 0) {
    close(pair[0]);
    return error_add(err, EXIT_RUN_FAILED,
                     "worker %d: no process: %s; try fewer with --workers, or run.executor = "
                     "\"threads\"",
                     w, strerror(cause));
  }
  p->worker[w] = (worker){ .pid = pid, .fd = pair[0] };
  return EXIT_FINE;
}

/* Waits for the end of a worker that is dead or about to be. */
static int bury(processes *p, int32_t w)
{
  int status = 0;
  while (waitpid(p->worker[w].pid, &status, 0) < 0 && errno == EINTR)
    ;
  close(p->worker[w].fd);
  p->worker[w] = (worker){ 0 };
  return status;
}

void processes_end(processes *p)
{
  for (int32_t w = 0; w < p->n; w++)
    if (p->worker[w].pid != 0)
      kill(p->worker[w].pid, SIGKILL);
  for (int32_t w = 0; w < p->n; w++)
    if (p->worker[w].pid != 0)
      bury(p, w);
}

/* Sends a worker into the round; one that has died meanwhile, of whatever, is replaced. */
static int send_in(processes *p, int32_t w, error *err)
{
  for (int attempt = 0; attempt < 2; attempt++) {
    if (p->worker[w].pid == 0 && start(p, w, err) != EXIT_FINE)
      return err->status;
    if (send(p->worker[w].fd, "", 1, MSG_NOSIGNAL) == 1) {
      p->worker[w].busy = true;
      return EXIT_FINE;
    }
    kill(p->worker[w].pid, SIGKILL);
    bury(p, w);
  }
  return error_add(err, EXIT_RUN_FAILED, "worker %d: ends before it can be given work", w);
}

/* A worker is dead: its task is lost, and where there are more another one takes over. */
static int replace(processes *p, int32_t w, int64_t task, bool too_long, error *err)
{
  slot *own = &p->control->slot[w];
  const bool entered = atomic_load(&own->entered);
  const processes_loss loss = {
    .task = task, .too_long = too_long, .status = bury(p, w), .culprit = own->culprit
  };
  if (!entered)
    return error_add(err, EXIT_RUN_FAILED,
                     "worker %d: its process ended (%s %d) before the first life; raise "
                     "limits.memory, or find the fault with hebb vet",
                     w, WIFSIGNALED(loss.status) ? "signal" : "status",
                     WIFSIGNALED(loss.status) ? WTERMSIG(loss.status) : WEXITSTATUS(loss.status));
  if (task >= 0)
    p->job.lost(p->job.arg, &loss);
  return atomic_load(&p->control->next) < p->control->n ? send_in(p, w, err) : EXIT_FINE;
}

/* Stops the task of a worker that has had its time, unless it ends at this very moment. */
static int check_time(processes *p, int32_t w, double now, error *err)
{
  slot *own = &p->control->slot[w];
  int64_t task = atomic_load(&own->task);
  if (task < 0 || now - atomic_load(&own->begun) < p->job.seconds + grace ||
      !atomic_compare_exchange_strong(&own->task, &task, CONDEMNED))
    return EXIT_FINE;
  kill(p->worker[w].pid, culprit_question());
  struct pollfd end = { .fd = p->worker[w].fd, .events = POLLIN };
  poll(&end, 1, (int)(1e3 * grace));
  kill(p->worker[w].pid, SIGKILL);
  return replace(p, w, task, true, err);
}

/* Whether it is dead, even where something holds its end of the socket. */
static bool has_died(const worker *x)
{
  siginfo_t info = { 0 };
  return waitid(P_PID, (id_t)x->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         info.si_pid == x->pid;
}

static int attend(processes *p, int32_t w, int events, bool tick, error *err)
{
  worker *x = &p->worker[w];
  char message;
  if (events & POLLIN && recv(x->fd, &message, 1, MSG_DONTWAIT) == 1) {
    x->busy = false;
    return EXIT_FINE;
  }
  if (events & (POLLIN | POLLHUP | POLLERR) || (tick && has_died(x)))
    return replace(p, w, atomic_load(&p->control->slot[w].task), false, err);
  return EXIT_FINE;
}

/* Milliseconds until the first worker has had its time. */
static int patience(const processes *p, double now)
{
  double least = 1e-3 * TICK;
  for (int32_t w = 0; p->job.seconds > 0 && w < p->n; w++) {
    const slot *own = &p->control->slot[w];
    const double left = atomic_load(&own->begun) + p->job.seconds + grace - now;
    if (p->worker[w].busy && atomic_load(&own->task) >= 0 && left < least)
      least = left;
  }
  return least > 0 ? (int)(1e3 * least) + 1 : 0;
}

static int wait_for_news(processes *p, error *err)
{
  double now = clock_seconds();
  for (int32_t w = 0; w < p->n; w++)
    p->poll[w] =
        (struct pollfd){ .fd = p->worker[w].busy ? p->worker[w].fd : -1, .events = POLLIN };
  const int n = poll(p->poll, (nfds_t)p->n, patience(p, now));
  if (n < 0 && errno != EINTR)
    return error_add(err, EXIT_RUN_FAILED, "workers: cannot be waited for: %s", strerror(errno));
  now = clock_seconds();
  for (int32_t w = 0; w < p->n; w++) {
    if (p->worker[w].busy && attend(p, w, n > 0 ? p->poll[w].revents : 0, n == 0, err) != EXIT_FINE)
      return err->status;
    if (p->worker[w].busy && p->job.seconds > 0 && check_time(p, w, now, err) != EXIT_FINE)
      return err->status;
  }
  return EXIT_FINE;
}

static bool any_busy(const processes *p)
{
  for (int32_t w = 0; w < p->n; w++)
    if (p->worker[w].busy)
      return true;
  return false;
}

int processes_run(processes *p, int64_t n, error *err)
{
  int status = EXIT_FINE;
  p->control->n = n;
  atomic_store(&p->control->next, 0);
  for (int32_t w = 0; w < p->n && w < n && status == EXIT_FINE; w++)
    status = send_in(p, w, err);
  while (status == EXIT_FINE && any_busy(p)) {
    if (p->job.stop(p->job.arg)) {
      processes_end(p);
      return EXIT_FINE;
    }
    status = wait_for_news(p, err);
  }
  if (status != EXIT_FINE)
    processes_end(p);
  return status;
}

int processes_new(int32_t n_worker, const processes_job *job, processes **out, error *err)
{
  processes *p = calloc(1, sizeof *p);
  if (p) {
    p->control_size = sizeof *p->control + (size_t)n_worker * sizeof(slot);
    p->control = processes_share(p->control_size);
    p->worker = calloc((size_t)n_worker, sizeof *p->worker);
    p->poll = calloc((size_t)n_worker, sizeof *p->poll);
  }
  if (!p || !p->control || !p->worker || !p->poll) {
    processes_free(p);
    return error_add(err, EXIT_RUN_FAILED, "workers: no memory for %d of them", n_worker);
  }
  p->job = *job;
  p->parent = getpid();
  p->n = n_worker;
  *out = p;
  return EXIT_FINE;
}

void processes_free(processes *p)
{
  if (!p)
    return;
  processes_end(p);
  processes_unshare(p->control, p->control_size);
  free(p->worker);
  free(p->poll);
  free(p);
}
