#!/bin/bash
# hebb replay: files and their sizes, which life it is, what it refuses, ffmpeg there, absent and failing.
set -u
: "${top_srcdir:?is set by make check}"
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

fail() { echo "FAIL: $*"; failed=1; }
# expect STATUS PATTERN ARGUMENT...: of hebb replay: exit status, and a pattern that standard error has
expect() {
  local status=$1 pattern=$2
  shift 2
  "$HEBB" replay "$@" >out 2>log
  local got=$?
  if ((got != status)) || ! grep -qE -- "$pattern" log; then
    fail "$*: exit status $got (wanted $status), wanted '$pattern' in:"
    cat log
  fi
}
number() { # FILE OFFSET COUNT: a number of the file, the first byte least
  od -An -v -tu1 -j "$2" -N "$3" "$1" | awk '{ for (i = NF; i; i--) x = 256 * x + $i } END { print x }'
}
swapped() { # the same, the first byte most
  od -An -v -tu1 -j "$2" -N "$3" "$1" | awk '{ for (i = 1; i <= NF; i++) x = 256 * x + $i } END { print x }'
}
size() { stat -c %s "$1"; }
same() { [[ $2 == "$3" ]] || fail "$1: $2, wanted $3"; }

cat >tasks.toml <<'END'
schema = 1
[run]
title = "two tasks"
seed = 1
generations = 1
[env]
plugin = "cartpole"
max_steps = 20
[[task]]
name = "free"
train = true
[[task]]
name = "falls"
env.initial_state = [0, 0, 0.1, 0.5]
[network]
layers = [4]
[rule]
plugin = "abcd"
[optimizer]
plugin = "openai_es"
population = 4
END
"$HEBB" run tasks.toml -o run >/dev/null 2>log || { cat log; exit 1; }

# a falling pole: as many decisions as evaluate counts, one picture more, each a GIF picture or on the sheet
pictures() { LC_ALL=C grep -aoP '\x21\xf9\x04\x04'"${2:-}" "$1" | wc -l; }
expect 0 'task falls, rollout 0: [0-9]+ decisions' run --task falls --every 1 -o falls.gif
n=$(sed -n 's/.*rollout 0: \([0-9]*\) decisions.*/\1/p' log)
grep -q "^hebb: $((n + 1)) pictures of it, one for every 1 decision, are in falls.gif" log || fail "$(cat log)"
same "GIF" "$(head -c 6 falls.gif)" GIF89a
same "width of the GIF" "$(number falls.gif 6 2)" 480
same "height of the GIF" "$(number falls.gif 8 2)" 384
same "pictures in the GIF" "$(pictures falls.gif)" $((n + 1))
same "pictures of 0.02 s" "$(pictures falls.gif '\x02\0')" "$n"

# about 25 a second unless said otherwise
half=$(((n + 1) / 2))
expect 0 "$((half + 1)) pictures of it, one for every 2 decisions, are in half.gif" run --task falls -o half.gif
same "pictures of 0.04 s" "$(pictures half.gif '\x04\0')" "$half"
"$HEBB" evaluate run --rollouts 4 --seed 3 -o four.h5 >/dev/null 2>&1 || fail "evaluate"
for k in 0 3; do
  expect 0 "rollout $k" run --seed 3 --rollout $k -o life-$k.gif
  told=$(sed -n 's/.*: \([0-9]*\) decisions.*/\1/p' log)
  if "$PYTHON" -c 'import h5py' 2>/dev/null; then
    same "length of rollout $k" "$told" "$("$PYTHON" -c '
import sys, h5py
print(h5py.File("four.h5")["evaluation/length"][0, int(sys.argv[1])])' $k)"
  fi
done
cmp -s life-0.gif life-3.gif && fail "two lives look the same"
expect 0 'rollout 3' run --seed 3 --rollout 3 -o again.gif
cmp life-3.gif again.gif || fail "the same life looks different"
expect 0 'task free' run --condition free --genome best --generation 0 -o best.gif

# a sheet: 5 pictures of 40 x 30 in 3 columns, 2 pixels between
expect 0 "5 pictures of it, one for every 5 decisions, are in sheet.png" \
  run --set env.initial_state='[0,0,0,0]' --task free --set env.max_steps=20 --every 5 --width 40 \
  --height 30 -o sheet.png
same "width of the sheet" "$(swapped sheet.png 16 4)" 128
same "height of the sheet" "$(swapped sheet.png 20 4)" 66

# more than a life has: its first and its last state, at the pace that they have
expect 0 '^hebb: 2 pictures of it, one for every 5 decisions, are in ends.gif' run --task free \
  --set env.max_steps=5 --every 1000000000 -o ends.gif
expect 0 ': 1 decision, return' run --task free --set env.max_steps=1 -o one.gif

# guards
expect 2 'sheet.png exists; --force replaces it' run -o sheet.png
expect 0 'are in sheet.png' run -o sheet.png --force
expect 2 'where to\?' run
expect 2 'which kind of picture' run -o life.jpg
expect 2 'one run folder.* 0 given' -o life.gif
expect 2 "no task or condition 'fals' in this experiment; did you mean 'falls'\?; it has free, falls" run --task fals -o no.gif
expect 2 "centre or best, not 'worst'" run --genome worst -o no.gif
expect 2 '--width wants a whole number from 16 to 4096' run --width 8 -o no.gif
expect 2 '--every wants' run --every 0 -o no.gif
expect 2 'even --width and --height' run --width 33 -o no.mp4
expect 74 'nowhere' run -o nowhere/no.gif
expect 2 'leave network and rule as they were' run --set 'network.layers=[5]' -o no.gif
${CC:-cc} -std=c11 -O2 -ffp-contract=off -fvisibility=hidden -fPIC -shared -I"$top_srcdir/framework/include" \
  "$top_srcdir/tests/faulty/env.c" -o unseen.so -lm || fail "a world without draw does not compile"
sed -e 's/^plugin = "cartpole"/plugin = ".\/unseen.so"/; /max_steps/d; /^env\./d' tasks.toml >unseen.toml
"$HEBB" run unseen.toml -o unseen >/dev/null 2>log || { cat log; fail "a run of a world without draw"; }
expect 2 'draws no pictures: its life can be recorded by hebb evaluate --record 1' unseen -o no.gif

# one side of a picture gives the other
for size in '--width 100' '--height 80'; do
  # shellcheck disable=SC2086
  expect 0 'are in side.gif' run --task falls $size -o side.gif --force
  same "$size" "$(number side.gif 6 2) x $(number side.gif 8 2)" '100 x 80'
done

# ffmpeg: one that takes everything, one that fails, none at all, the real one
mkdir takes breaks
cat >takes/ffmpeg <<'END'
#!/bin/sh
for last; do :; done
echo "$*" >arguments
cat >"${last#file:}"
END
cat >breaks/ffmpeg <<'END'
#!/bin/sh
echo "some line" >&2
echo "no such codec" >&2
exit 1
END
chmod +x takes/ffmpeg breaks/ffmpeg
PATH=$work/takes:$PATH expect 0 'are in raw.mp4' run --task falls --width 40 --height 30 -o raw.mp4
same "bytes of the film" "$(size raw.mp4)" $(((half + 1) * 40 * 30 * 3))
grep -q -- '-video_size 40x30 -framerate 25.000000' arguments || fail "$(cat arguments)"
PATH=$work/breaks:$PATH expect 74 'ffmpeg made no film: no such codec' run -o no.mp4
mkdir tools
for tool in dirname readlink grep cat; do ln -s "$(command -v $tool)" tools; done
PATH=$work/tools expect 1 'there is none on PATH: install it \(apt install ffmpeg\), or write a .gif or .png' \
  run -o no.mp4
if command -v ffmpeg >/dev/null; then
  expect 0 'are in life.mp4' run -o life.mp4
  same "mp4" "$(head -c 8 life.mp4 | tail -c 4)" ftyp
fi

# what failed has left nothing
for file in no.* *.tmp; do
  [[ ! -e $file ]] || fail "$file was left behind"
done
((!failed))
