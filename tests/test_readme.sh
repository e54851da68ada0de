#!/bin/bash
# The fenced commands of README.md and of the first-rule guide run as written, one after the other: sh and
# python blocks are run, other blocks are saved where the line before them says "Save this as `FILE`:".
# They run in a folder whose ./hebb makes long runs short, and whose ./quickstart does not build again.
set -u
: "${top_srcdir:?is set by make check}" "${HEBB:?is set by make check}"
command -v make >/dev/null || exit 77
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES HEBB_PLUGIN_PATH HEBB_DATA_PATH
export HEBB
top_srcdir=$(readlink -f -- "$top_srcdir")

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

make_folder() {
  mkdir "$1" && cd "$1" || exit 1
  cat >hebb <<'END'
#!/bin/bash
case $1 in
  run) exec "$HEBB" "$@" --set run.generations=2 --set optimizer.population=8 --set env.max_steps=60 ;;
  evaluate) exec "$HEBB" "$@" --rollouts 3 ;;
  *) exec "$HEBB" "$@" ;;
esac
END
  cat >quickstart <<'END'
#!/bin/bash
[[ ${1:-} == build ]] || exec ./hebb run first.toml
END
  chmod +x hebb quickstart
}

# language file: what stands in ./block
run_block() {
  case $1 in
    sh) bash -e ./block ;;
    python)
      if [[ -n ${PYTHON:-} ]]; then
        "$PYTHON" ./block
      else
        echo "(left out: no Python)"
      fi
      ;;
    *)
      if [[ -n $2 ]]; then
        cp block "$2"
      fi
      ;;
  esac
}

# Runs every block of a page; where one fails, the rest of the page is left out.
follow() {
  local page=$1 line language='' target='' n=0
  while IFS= read -r line; do
    if [[ -z $language && $line == '```'* ]]; then
      language=${line#'```'}
      language=${language:-text}
      : >block
    elif [[ -n $language && $line == '```' ]]; then
      n=$((n + 1))
      if ! run_block "$language" "$target" >output 2>&1 </dev/null; then
        printf 'FAIL: %s, block %d:\n' "$page" "$n"
        cat block output
        failed=1
        return
      fi
      language=
      target=
    elif [[ -n $language ]]; then
      printf '%s\n' "$line" >>block
    elif [[ $line =~ [Ss]ave\ this\ as\ \`([^\`]+)\` ]]; then
      target=${BASH_REMATCH[1]}
    fi
  done <"$top_srcdir/$page"
  echo "$page: $n blocks"
  ((n)) || { echo "FAIL: no blocks in $page"; failed=1; }
}

have_ant=$("$HEBB" list envs | grep -c '^  ant ')
((have_ant)) || { echo "no environment 'ant' in this build"; exit 77; }
for page in README.md docs/first-rule.md; do
  make_folder "$work/${page//\//-}"
  follow "$page"
done

# every file that the two pages point to is there
for page in README.md docs/first-rule.md; do
  while read -r link; do
    [[ -e $top_srcdir/$(dirname "$page")/$link ]] || { echo "FAIL: $page points to $link"; failed=1; }
  done < <(grep -o '](\([^)#:]*\))' "$top_srcdir/$page" | sed 's/^](//; s/)$//')
done

((!failed))
