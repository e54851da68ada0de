#!/bin/bash
# Runs with shared rules and constrained weights: the same bytes with any number of workers and every
# instruction set; files have the map of the rule table and agree with the schema; refusals; experiments.
set -u
: "${HEBB:?is the program}" "${PYTHON:=python3}"
here=$(mktemp -d) || exit 1
trap 'rm -rf "$here"' EXIT
cd "$here" || exit 1
failed=0
fail() { echo "FAIL: $*" >&2; failed=1; }

# shellcheck source=/dev/null
. "${top_srcdir:?}/tests/hash_of.sh"

W=network.weights
settings=(
  'rule.share=table rule.table=7'
  'rule.share=table rule.table=7 rule.assignment=modulo rule.kernel=plain'
  'rule.share=neuron'
  'rule.share=neuron rule.neuron=pre'
  "$W.after_update=variance $W.scope=column"
  "$W.after_update=unit_norm $W.scope=row"
  "$W.after_update=max_abs $W.scope=column $W.dale=random"
  "$W.after_update=soft_bound $W.dale=alternating network.non_negative=true"
  'rule.share=table rule.table=7 rule.assignment=merge rule.merge_from=1 rule.merge_until=1'
  'rule.share=table rule.table=7 rule.assignment=merge rule.merge_from=1 rule.merge_until=1 optimizer.plugin=snes network.weights.init=evolved'
  'optimizer.plugin=gmm_es optimizer.rules=7'
  'optimizer.plugin=gmm_es optimizer.rules=7 optimizer.step=adam network.weights.init=evolved'
  'optimizer.plugin=gmm_es optimizer.rules=7 optimizer.assignment=fixed'
  'optimizer.plugin=gmm_es optimizer.rules=300 optimizer.assignment=fixed network.weights.init=evolved'
  'optimizer.plugin=gmm_es optimizer.rules=7 modulation.source=layer_neuron'
)
same_everywhere "${settings[@]}"

# the map is in the file, and the genome is a table of seven rules
if "$PYTHON" -c 'import h5py' 2>/dev/null; then
  "$PYTHON" - 0-default-1/run.h5 1-default-1/run.h5 <<'PY' || fail "the map of the rule table"
import sys, h5py, numpy as np
for path, modulo in zip(sys.argv[1:], (False, True)):
    with h5py.File(path) as f:
        layout, genome = f["genome_layout"], f["genomes/centre"][-1]
        synapses = int((f["network/n_pre"][:] * f["network/n_post"][:]).sum())
        rule = layout["synapse_rule"][:]
        assert rule.shape == (synapses,) and rule.min() >= 0 and rule.max() < 7
        assert (rule == np.arange(synapses) % 7).all() == modulo
        assert list(layout["segment_name"].asstr()) == ["table_" + c for c in ("A", "B", "C", "D", "eta")]
        assert set(layout["sharing"].asstr()) == {"table"} and genome.size == 35
        assert (layout["rows"][:] == 7).all() and (layout["cols"][:] == 1).all() and (layout["count"][:] == 7).all()
PY
fi

# merged rules: the genome stands expanded, every synapse has the coefficients of its rule; an earlier centre
# can be evaluated; the map, the number of rules and the schedule agree
"$HEBB" run pedersen-2021/cartpole-merge --set run.generations=10 --set optimizer.population=6 \
  --set rule.merge_from=2 --set rule.merge_every=3 --set rule.merge_until=8 --set record.genome_every=3 \
  --workers 2 -o merged >out 2>err || fail "cartpole-merge: $(cat err)"
grep -q '48 rules merged into 24' err || fail "not said: rules merged: $(cat err)"
"$HEBB" evaluate merged --generation 2 --rollouts 2 -o earlier.h5 >out 2>err || fail "an earlier centre: $(cat err)"
if "$PYTHON" -c 'import h5py' 2>/dev/null; then
  "$PYTHON" - merged/run.h5 <<'PY' || fail "the file of merged rules"
import sys, h5py, numpy as np
with h5py.File(sys.argv[1]) as f:
    rules, rule = f["generations/rules"][:], f["genome_layout/synapse_rule"][:]
    n = int(rules[-1])
    assert (rules == [96, 96, 48, 48, 48, 24, 24, 24, 12, 12]).all() and rule.size == 96, rules
    assert sorted(set(rule)) == list(range(n))
    assert set(f["genome_layout/sharing"].asstr()) == {"synapse"}
    genome, kept = f["genomes/centre"][:], list(f["genomes/generation"][:])
    assert genome.shape[1] == 96 * 5 and f["checkpoint/mean"].shape == (n * 5,)
    # (synapse x coefficient) of both layers
    def rows(g):
        first, second = g[:64 * 5].reshape(5, 64), g[64 * 5:].reshape(5, 32)
        return np.concatenate([first, second], axis=1).T
    for generation, g in zip(kept, genome):
        assert len(np.unique(rows(g), axis=0)) == rules[generation], generation
    last = rows(genome[-1])
    assert (last[np.unique(rule, return_index=True)[1]][rule] == last).all()
PY
fi

refused() { # SENTENCE [SETTING]...
  local sentence=$1
  local -a set=()
  for setting in "${@:2}"; do
    set+=(--set "$setting")
  done
  "$HEBB" check cartpole-abcd "${set[@]}" >out 2>err && fail "not refused: ${*:2}"
  grep -qF "$sentence" err || fail "$sentence: but said: $(cat err)"
}
refused "leaves rules without a synapse; at most " rule.share=table rule.table=100000
merge=(rule.share=table rule.table=7 rule.assignment=merge)
refused 'of 40 generations none would be left for the last rules after 1000' "${merge[@]}"
refused '20 generations lie before merge_from = 30' "${merge[@]}" rule.merge_from=30 rule.merge_until=20
refused "'cma_es' cannot take its state along when rules are merged" "${merge[@]}" rule.merge_until=20 optimizer.plugin=cma_es
refused 'no coefficients of single synapses' "${merge[@]}" rule.merge_until=20 rule.plugin=static network.weights.init=evolved
refused 'evolves with optimizer.plugin = "gmm_es"' rule.share=table rule.table=7 rule.assignment=evolved
for optimizer in openai_es pgpe snes sep_cma_es ars ga random_search; do
  "$HEBB" check cartpole-abcd --set rule.share=table --set rule.table=7 --set rule.assignment=merge \
    --set rule.merge_from=5 --set rule.merge_until=20 --set optimizer.plugin=$optimizer >out 2>err ||
    fail "$optimizer cannot take its state along: $(cat err)"
done
refused "turns signs that dale keeps" $W.after_update=variance $W.dale=random
refused "is not one of synapse|neuron|layer|network|table" rule.share=column

refused 'this optimizer shares rules itself; set rule.share = "synapse"' rule.share=layer optimizer.plugin=gmm_es
refused "no coefficients evolve" optimizer.plugin=gmm_es rule.plugin=static network.weights.init=evolved

"$HEBB" describe rule >out 2>&1 || fail "describe rule: $(cat out)"
grep -q 'random|modulo' out || fail "describe rule says nothing of assignment"
if "$HEBB" list 2>/dev/null | grep -q '^  ant '; then
  "$HEBB" check palm-2021/ant-table-480 >out 2>err || fail "palm-2021/ant-table-480: $(cat err)"
  grep -q '2,\?400' out || fail "palm-2021/ant-table-480 has no 2,400 genes: $(cat out)"
  "$HEBB" check palm-2021/ant-mixture-480 >out 2>err || fail "palm-2021/ant-mixture-480: $(cat err)"
  "$HEBB" check palm-2021/ant-random-480 >out 2>err || fail "palm-2021/ant-random-480: $(cat err)"
fi
exit $failed
