/* loader_services.c - what the host lends to a plugin's cold calls. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "loader.h"

static int host_fail(const hebb_host *host, int status, const char *format, ...)
{
  host_services *services = host->self;
  char sentence[1024];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(sentence, sizeof sentence, format, arguments);
  va_end(arguments);
  error_add(services->err,
            status == HEBB_ENOMEM ? EXIT_RUN_FAILED
            : status == HEBB_EIO  ? EXIT_IO
                                  : EXIT_CONFIGURATION,
            "%s: %s", services->where, sentence);
  return status;
}

static void host_warn(const hebb_host *host, const char *format, ...)
{
  const host_services *services = host->self;
  char sentence[1024];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(sentence, sizeof sentence, format, arguments);
  va_end(arguments);
  fprintf(stderr, "hebb: %s: %s\n", services->where, sentence);
}

static const char *host_find_data(const hebb_host *host, const char *name)
{
  (void)host;
  return loader_find_data(name);
}

/* Plugins are never closed, and what they keep lives as long: chained, so that it stays reachable. */
static void *host_keep(const hebb_host *host, size_t bytes)
{
  typedef union block {
    union block *next;
    max_align_t aligned;
  } block;
  static block *kept;
  (void)host;
  block *b = bytes < SIZE_MAX - sizeof *b ? calloc(1, sizeof *b + bytes) : NULL;
  if (!b)
    return NULL;
  b->next = kept;
  kept = b;
  return b + 1;
}

void host_services_init(host_services *services, const char *where, error *err)
{
  services->host = (hebb_host){ .abi = HEBB_ABI,
                                .size = sizeof services->host,
                                .self = services,
                                .fail = host_fail,
                                .warn = host_warn,
                                .find_data = host_find_data,
                                .keep = host_keep };
  services->where = where;
  services->err = err;
}
