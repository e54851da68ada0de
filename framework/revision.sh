#!/bin/sh
# Says what this build is made of: revision.sh SOURCE_TREE HEADER. The header is touched only where
# its content changes, so that asking costs no compilation.
#
# HEBB_GIT_REVISION  commit of the source tree; "" where it is no repository of its own
# HEBB_GIT_DIRTY     1: the sources are not those of that commit; 0: they are; -1: not known
# HEBB_SOURCE_SHA256 of a list: SHA-256 and name of every source file of the program and its plugins,
#                    sorted by name, as sha256sum prints it; the same in a repository and a tarball
set -eu
header=$(cd "$(dirname "$2")" && pwd)/$(basename "$2")
cd "$1"
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE

# a tarball that was unpacked within somebody's repository is not of that repository
revision='' dirty=-1
if top=$(git rev-parse --show-toplevel 2>/dev/null) && [ "$top" = "$(pwd -P)" ]; then
  revision=$(git rev-parse --verify HEAD 2>/dev/null) || revision=''
  if [ -n "$revision" ] && changes=$(git --no-optional-locks status --porcelain -- \
    framework rules envs plugins configure.ac Makefile.am 2>/dev/null); then
    dirty=0
    [ -z "$changes" ] || dirty=1
  fi
fi

# what configure and this script make is no source
sum=$(find framework rules envs plugins -type f \
  \( -name '*.c' -o -name '*.cc' -o -name '*.h' \) \
  ! -path framework/config.h ! -path framework/revision.h -print0 |
  LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum)

cat >"$header.tmp" <<END
/* made by framework/revision.sh */
#define HEBB_GIT_REVISION "$revision"
#define HEBB_GIT_DIRTY ($dirty)
#define HEBB_SOURCE_SHA256 "${sum%% *}"
END
if cmp -s "$header.tmp" "$header"; then
  rm -f "$header.tmp"
else
  mv -f "$header.tmp" "$header"
fi
