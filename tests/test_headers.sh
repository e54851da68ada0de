#!/bin/bash
# Every header of the kit compiles alone, in strict C11 and as C++17.
set -u
headers=${top_srcdir:-.}/framework/include
warnings=(-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -fsyntax-only)
failed=0
compile() { # language standard header
  printf '#include <hebb/%s>\n' "$3" |
    "${@:4}" "-std=$2" "${warnings[@]}" -I "$headers" -x "$1" - ||
    { echo "FAIL: $3 as $2"; failed=1; }
}
read -ra cc <<<"${CC:-cc}"
read -ra cxx <<<"${CXX:-c++}"
n=0
for path in "$headers"/hebb/*.h; do
  name=${path##*/}
  compile c c11 "$name" "${cc[@]}"
  compile c++ c++17 "$name" "${cxx[@]}"
  n=$((n + 1))
done
echo "$n headers"
((n >= 6 && !failed))
