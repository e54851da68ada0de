#!/bin/bash
# A run behind convolutions: the same bytes with any number of workers and every instruction set; its files
# describe the convolutions and agree with the schema; a recorded life holds pictures; `hebb describe`.
set -u
: "${HEBB:?is the program}" "${top_srcdir:?is the source tree}"
here=$(mktemp -d) || exit 1
trap 'rm -rf "$here"' EXIT
include=$(cd "$top_srcdir/framework/include" && pwd)
source=$(cd "$top_srcdir/tests/good" && pwd)/picture.c
cd "$here" || exit 1
failed=0
fail() { echo "FAIL: $*" >&2; failed=1; }

"${CC:-cc}" -std=c11 -D_GNU_SOURCE -O2 -ffp-contract=off -fPIC -shared -fvisibility=hidden -I"$include" \
  -o picture.so "$source" -lm || exit 1
cat >picture.toml <<'TOML'
[env]
plugin = "./picture.so"
[network]
layers = [5]
convolution = { channels = [6, 8], kernel = [3, 3], stride = [1, 1], pool = [2, 1] }
[network.weights]
after_update = "max_abs"
[rule]
plugin = "abcd"
[optimizer]
plugin = "openai_es"
population = 6
[run]
generations = 3
TOML

genes() { # file: a hash of the centre
  "$HEBB" evaluate "$1" --rollouts 2 --record "${2:-0}" --seed 3 --force -o "$1.h5" >out 2>err || fail "evaluate $1: $(cat err)"
  "$HEBB" inspect "$1.h5" | grep genome_sha256
}
for clone in default v3 v4; do
  for workers in 1 3; do
    HEBB_CLONE=$clone "$HEBB" run picture.toml --workers $workers -o "$clone-$workers" >out 2>err ||
      fail "run with $clone: $(cat err)"
    genes "$clone-$workers" >>hashes
  done
done
[[ $(wc -l <hashes) == 6 && $(sort -u hashes | wc -l) == 1 ]] || fail "genomes differ: $(cat hashes)"

# rules that synapses share; convolutions are weights beside them
for assignment in evolved fixed; do
  for clone in default v4; do
    HEBB_CLONE=$clone "$HEBB" run picture.toml --set optimizer.plugin=gmm_es --set optimizer.rules=5 \
      --set optimizer.assignment=$assignment --workers 2 -o "$assignment-$clone" >out 2>err || fail "gmm_es: $(cat err)"
    genes "$assignment-$clone" >>shared
  done
done
[[ $(wc -l <shared) == 4 && $(sort -u shared | wc -l) == 2 ]] || fail "genomes of gmm_es: $(cat shared)"

genes v4-1 2 >/dev/null
for file in v4-1/run.h5 v4-1.h5; do
  "$HEBB" inspect "$file" --validate >out 2>err || fail "$file: $(cat out err)"
  "$HEBB" inspect "$file" >out 2>err || fail "inspect $file"
  for name in convolution_name n_in_channel n_out_channel kernel stride pool out_height out_width \
    convolution_activation; do
    grep -qw "$name" out || fail "$file does not say $name"
  done
done
if [[ -n ${PYTHON:-} ]]; then
  "$PYTHON" - <<'PY' || fail "what Python reads"
import h5py
with h5py.File("v4-1/run.h5") as f:
    n = f["network"]
    assert [x.decode() for x in n["convolution_name"][:]] == ["conv0", "conv1"]
    assert list(n["n_in_channel"][:]) == [3, 6] and list(n["out_height"][:]) == [5, 3]
    assert list(n["out_width"][:]) == [4, 2] and list(n["n_pre"][:]) == [48, 5]
    layout = f["genome_layout"]
    assert [x.decode() for x in layout["segment_name"][:3]] == ["conv0_weight", "conv1_weight", "layer0_A"]
    assert list(layout["rows"][:2]) == [6, 8] and list(layout["cols"][:2]) == [27, 54]
    assert list(layout["layer"][:3]) == [-1, -1, 0] and layout["role"][0] == b"weight"
    assert f["genomes/centre"].shape[1] == 6 * 27 + 8 * 54 + 5 * (48 * 5 + 5)
with h5py.File("v4-1.h5") as f:
    life = f["lifetimes/default_000"]
    assert life["observation"].shape[1] == 360 and life["layer0_weight"].shape[1:] == (48, 5)
PY
fi

"$HEBB" describe network.convolution >out 2>err || fail "describe network.convolution: $(cat err)"
grep -q '^  channels\[0..8\] *\[\] *1..4096' out || fail "describe does not explain channels"
"$HEBB" describe network.convolution --format man >out 2>err || fail "describe --format man"
"$HEBB" bench picture.toml --seconds 1 --workers 1 >out 2>err || fail "bench: $(cat err)"

((!failed))
