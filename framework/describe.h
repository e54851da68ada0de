/* describe.h - parameter rows and plugins as text for people, as man page and as Markdown: all
 * from the rows, so that nothing is documented twice. */
#ifndef HEBB_DESCRIBE_H
#define HEBB_DESCRIBE_H

#include <stdio.h>

#include "loader.h"

typedef enum describe_format { DESCRIBE_TEXT, DESCRIBE_MAN, DESCRIBE_MARKDOWN } describe_format;

/* A heading and the sentence below it, if any. */
void describe_heading(const char *title, const char *sentence, describe_format format, FILE *out);

/* One row each. */
void describe_rows(const hebb_param *rows, describe_format format, FILE *out);

/* "Paper: ..."; nothing where the value is empty. */
void describe_fact(const char *name, const char *value, describe_format format, FILE *out);

/* What a config makes of a plugin: coefficients of a rule, the world of an environment. What the
   plugin has to say against it goes to err. */
int describe_rule(const hebb_rule *rule, const void *config, describe_format format, FILE *out,
                  error *err);
int describe_env(const hebb_env *env, const void *config, describe_format format, FILE *out,
                 error *err);

#endif
