#!/bin/bash
# Completes a page of the manual with what the program says of itself:
#   HEBB=./hebb bash docs/manual.sh hebb.1.in NAME=VALUE... > hebb.1
# A line @commands@ becomes the help of every command, @parameters@ the rows of every table and plugin;
# @NAME@ becomes VALUE.
set -euo pipefail
page=$1
shift

# plain text inside a literal block of mdoc
literal() {
  printf '.Bd -literal -offset indent\n'
  sed -e 's/\\/\\e/g' -e 's/-/\\-/g' -e "s/^[.']/\\\\\\&&/"
  printf '.Ed\n'
}

commands() {
  local name help
  "$HEBB" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' | while read -r name; do
    help=$("$HEBB" "$name" --help)
    printf '.Ss hebb %s\n' "$name"
    sed -n 2p <<<"$help"
    { sed -n '1s/^Usage: //p' <<<"$help"; sed 1,2d <<<"$help"; } | literal
  done
}

parameters() {
  local kind name
  "$HEBB" describe experiment --format man
  for kind in rules envs optimizers; do
    "$HEBB" list "$kind" | sed -n 's/^  \([^ ]*\)  .*/\1/p' | while read -r name; do
      [[ $name == none ]] || "$HEBB" describe "$name" --format man
    done
  done
}

script=()
for word in "$@"; do
  script+=(-e "s|@${word%%=*}@|${word#*=}|g")
done
while IFS= read -r line; do
  case $line in
    @commands@) commands ;;
    @parameters@) parameters ;;
    *) printf '%s\n' "$line" ;;
  esac
done <"$page" | sed "${script[@]}"
