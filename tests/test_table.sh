#!/bin/bash
# hebb table: trains what is missing and nothing twice, prints the same from its files again, says what was not run and
# why, keeps runs of other settings out, in four formats; what is refused.
set -u
: "${HEBB:?is the program}" "${top_srcdir:?is the source tree}"
here=$(mktemp -d) || exit 1
trap 'rm -rf "$here"' EXIT
cd "$here" || exit 1
failed=0
fail() {
  echo "FAIL: $*" >&2
  failed=1
}
# expect STATUS SENTENCE COMMAND...: its status, and a sentence on standard error ("": none is asked for)
expect() {
  "${@:3}" >out 2>err </dev/null
  local got=$?
  [[ $got == "$1" ]] || fail "${*:3}: ended with $got, not $1: $(head -n 5 err)"
  [[ -z $2 ]] || grep -qF -- "$2" err || fail "${*:3}: did not say '$2' but: $(head -n 5 err)"
}
shows() { grep -qE -- "$1" out || fail "no line '$1' in: $(cat out)"; }
absent() { ! grep -qE -- "$1" out || fail "a line '$1' in: $(cat out)"; }

small='"run.generations=2", "optimizer.population=6"'
cat >poles.toml <<END
# Poles, for a test
schema = 1
title = "Poles"
note = "Made up."
[[column]]
name = "pole"
[[row]]
name = "two seeds"
experiment = "cartpole-abcd"
set = [$small]
seeds = [1, 2]
rollouts = 5
[[row.cell]]
name = "pole"
published = { mean = 100000, sd = 1, n = 10 }
[[row]]
name = "one, seed"
experiment = "cartpole-abcd"
set = [$small]
rollouts = 6
[[row.cell]]
name = "frozen at 3"
claim = "stands"
[[row]]
name = "gone"
experiment = "no-such"
END

# nothing is there, nothing is made
expect 0 "" "$HEBB" table poles.toml
shows '^two seeds +pole .* not run: no run +0$'
shows '^gone +pole .* not run: no such experiment'
shows "there is no experiment 'no-such'"
shows '^Not run: .*--run'
[[ ! -e runs ]] || fail "a table without --run made a folder"

# trained: two seeds, then one
expect 0 "" "$HEBB" table poles.toml --run --workers 1
cp out first
shows '^two seeds +pole .* seeds +2 +5 .*-[0-9.]+ +no$'
shows '^one, seed +pole .* rollouts +1 +6 '
shows '^one, seed +frozen at 3 +stands .*no such condition'
absent 'not run: no such condition'
shows 'two seeds: cartpole-abcd with run.generations=2, .*from runs/table-poles/two-seeds/seed-\{1,2\}/eval-table.h5$'
shows '^over rollouts: '
shows '^over seeds: '
for file in two-seeds/seed-{1,2} one-seed/seed-1; do
  for kind in run eval-table; do
    "$HEBB" inspect --validate "runs/table-poles/$file/$kind.h5" >/dev/null || fail "$file/$kind.h5 is not of the schema"
  done
done

# again, from the files: the same but the command, and no file is touched
touch -d '2020-01-01' runs/table-poles/*/*/*.h5
expect 0 "" "$HEBB" table poles.toml
diff <(grep -v '^Made by' first) <(grep -v '^Made by\|^Not run:' out) >difference || fail "another table: $(cat difference)"
expect 0 "" "$HEBB" table poles.toml --run --workers 2
diff <(grep -v '^Made by' first) <(grep -v '^Made by' out) || fail "--run again: another table"
[[ -z $(find runs -name '*.h5' -newermt 2021-01-01) ]] || fail "files were made again: $(find runs -newermt 2021-01-01)"

# the numbers are those of the files: the mean of the seeds' means
if [[ -n ${PYTHON:-} ]]; then
  expect 0 "" "$HEBB" table poles.toml --format csv
  "$PYTHON" - out <<'END' || fail "the CSV is not what Python computes"
import csv, math, sys
import h5py
rows = list(csv.DictReader(open(sys.argv[1])))
def returns(folder, name="eval-table"):
    with h5py.File(f"runs/table-poles/{folder}/{name}.h5") as f:
        return [float(x) for x in f["evaluation/return"][0]]
def close(a, b):
    assert abs(float(a) - b) < 1e-9 * max(1, abs(b)), (a, b)
m = [sum(x) / len(x) for x in (returns("two-seeds/seed-1"), returns("two-seeds/seed-2"))]
mean = sum(m) / 2
sd = abs(m[0] - m[1]) / math.sqrt(2)
r = rows[0]
close(r["ours"], mean); close(r["sd"], sd)
close(r["high"], mean + 12.706204736174694 * sd / math.sqrt(2))
close(r["difference"], mean - 100000)
assert (r["over"], r["seeds"], r["rollouts"], r["overlap"]) == ("seeds", "2", "5", "no"), r
x = returns("one-seed/seed-1")
close(rows[1]["ours"], sum(x) / 6)
assert rows[1]["row"] == "one, seed" and rows[1]["over"] == "rollouts" and rows[1]["n"] == "6", rows[1]
assert rows[-1]["not_run"] == "no such experiment" and rows[-1]["ours"] == "", rows[-1]
END
fi

# another number of rollouts is evaluated, not trained
expect 0 "is evaluated" "$HEBB" table poles.toml --rollouts 4 --row 'two seeds'
shows '^two seeds .* 2 +4 '
absent '^one'

# other settings than the run's
sed 's/population=6/population=8/' poles.toml >other.toml
expect 0 "" "$HEBB" table other.toml --runs runs/table-poles
shows '^two seeds .*not run: other settings'
shows 'of other settings than cartpole-abcd: \[optimizer\] population = 6 there, \[optimizer\] population = 8 here'
# a title is none
sed 's/, "opt/, "run.title=x", "opt/' poles.toml >same.toml
expect 0 "" "$HEBB" table same.toml --runs runs/table-poles
absent 'other settings'

# what is unfinished, damaged or away
expect 0 "" "$HEBB" table poles.toml --rollouts 4
rm runs/table-poles/two-seeds/seed-2/run.h5
expect 0 "is evaluated" "$HEBB" table poles.toml
shows '^two seeds .* seeds +2 +4 '
rm runs/table-poles/two-seeds/seed-2/eval-table.h5
expect 0 "" "$HEBB" table poles.toml
shows '^two seeds .* rollouts +1 of 2 '
echo broken >runs/table-poles/one-seed/seed-1/run.h5
expect 74 "one-seed/seed-1/run.h5: is not an HDF5 file" "$HEBB" table poles.toml
shows '^one, seed .*not run: failed'
shows '^two seeds .* rollouts +1 of 2 '
rm runs/table-poles/one-seed/seed-1/run.h5
expect 0 "begins" "$HEBB" table poles.toml --run --row 'two seeds'
shows '^two seeds .* seeds +2 +5 '

# a genome where there is no run; a run that was begun goes first
mkdir -p genomes
cp runs/table-poles/two-seeds/seed-1/run.h5 genomes/pole.h5
sed '/^rollouts = 6/a genome = "genomes/pole.h5"' poles.toml >genome.toml
expect 0 "evaluates $here/genomes/pole.h5" "$HEBB" table "$here/genome.toml" --row 'one, seed'
shows '^one, seed +pole .* rollouts +1 +6$'
shows 'from runs/table-genome/one-seed/genome/eval-table.h5$'

# rules that learn by themselves
cat >lives.toml <<END
schema = 1
title = "Lives"
[[column]]
name = "solved"
[[column]]
name = "solved_episode"
[[column]]
name = "final_return"
[[column]]
name = "best_return"
[[row]]
name = "REINFORCE"
what = "learning"
experiment = "rules/reinforce"
set = ["run.seeds=6"]
[[row.cell]]
name = "solved"
published = { count = 0, n = 9 }
END
expect 0 "6 of 6 lives" "$HEBB" table lives.toml --run
shows '^REINFORCE +solved +0 of 9 +0.000 to 0.299 +6 of 6 .* lives +6 .*no$'
shows '^REINFORCE +mean return at the end .* 19[5-9]\.[0-9] '
if [[ -n ${PYTHON:-} ]]; then
  "$HEBB" table lives.toml --format csv >out
  "$PYTHON" - out <<'END' || fail "the CSV of lives is not what Python computes"
import csv, statistics, sys
import h5py
import numpy as np
rows = {r["cell"]: r for r in csv.DictReader(open(sys.argv[1]))}
with h5py.File("runs/table-lives/REINFORCE/seed-1/run.h5") as f:
    curve = f["learning/return"][:, 0]
    when = f["learning/solved_episode"][:, 0]
    last = f["learning/final_return"][:, 0]
best = [max(np.convolve(c, np.ones(100) / 100, "valid")) for c in curve]
for name, value in (("solved", np.mean(when > 0)), ("solved_episode", np.median(when[when > 0])),
                    ("final_return", last.mean()), ("best_return", np.mean(best))):
    assert abs(float(rows[name]["ours"]) - value) < 1e-9 * max(1, value), (name, rows[name], value)
assert abs(float(rows["final_return"]["sd"]) - statistics.stdev(last)) < 1e-9
assert (float(rows["solved_episode"]["low"]), float(rows["solved_episode"]["high"])) == (min(when), max(when))
END
fi
sed 's/rules.reinforce/cartpole-abcd/; s/"run.seeds=6"/"lifetime.episodes=3", "run.generations=1"/' lives.toml >population.toml
expect 4 "its lives are the population of openai_es" "$HEBB" table population.toml --run

# what a signal stops goes on
sed 's/run.generations=2/run.generations=1000000/' poles.toml >long.toml
stopped() { # SENTENCE: a run that has said this is sent TERM
  : >long.err
  "$HEBB" table long.toml --run --workers 1 --row 'one, seed' >long.out 2>long.err &
  local pid=$! status
  for _ in {1..100}; do
    grep -q '^generation' long.err && break
    sleep 0.1
  done
  kill -TERM "$pid"
  wait "$pid"
  status=$?
  [[ $status == 75 ]] || fail "a table that was sent TERM ends with $status: $(tail -n 2 long.err)"
  grep -q -- "$1" long.err || fail "no '$1' in: $(cat long.err)"
  [[ ! -s long.out ]] || fail "an interrupted table was printed"
}
stopped 'seed 1: begins'
expect 0 "" "$HEBB" table long.toml
shows '^one, seed .*not run: unfinished'
stopped ': resumes '
sed 's/population=6/population=8/' long.toml >longer.toml
expect 0 "" "$HEBB" table longer.toml --run --row 'one, seed' --runs runs/table-long
shows '^one, seed .*not run: other settings'

# formats
expect 0 "" "$HEBB" table poles.toml --format markdown
[[ $(grep -c '^|' out) == 6 ]] || fail "Markdown: not a heading, a rule and four lines"
expect 0 "" "$HEBB" table poles.toml --format latex
shows '^\\end\{tabular\}$'
[[ $(grep -c '\\\\$' out) == 5 ]] || fail "LaTeX: not a heading and four lines"

# what is listed
expect 0 "" "$HEBB" table
cp out listed
shows '^  tecot-2018-figure-4 '
expect 0 "" "$HEBB" list tables
cmp -s out listed || fail "list tables is not table"

# what is refused
expect 2 "no table 'pole.tml'" "$HEBB" table pole.tml
expect 2 "did you mean 'two seeds'?" "$HEBB" table poles.toml --row 'two sedes'
expect 2 "--format is text, markdown, latex or csv" "$HEBB" table poles.toml --format html
expect 2 "one table at most" "$HEBB" table a b
expect 2 "has no [[row]]" "$HEBB" table "$top_srcdir/data/experiments/cartpole-abcd.toml"
sed 's/^rollouts = 5/rollout = 5/' poles.toml >wrong.toml
expect 2 "wrong.toml:12:1: unknown key 'rollout' in row; did you mean 'rollouts'?" "$HEBB" table wrong.toml

((!failed))
