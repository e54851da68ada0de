# bench_check.awk - the last make bench against the ratios on record.
#
#     awk -f bench_check.awk baseline.jsonl bench.jsonl
#
# A line of baseline.jsonl names a case and, where it holds for one instruction set only, its clone.
#   "ratio", "bad": what the ratio was, and where worse lies, "high" or "low"; more than a quarter off in
#                   that direction is a deviation
#   "at_most", "at_least": goals, printed beside the figure; of the ratio, or of the median where the
#                   line says "of": "median"
# Times are never compared. Ends with status 4 where there is a deviation or a case is missing.

function value(key,    text) {
  if (!match($0, "\"" key "\": *(\"[^\"]*\"|[-+0-9.eE]+)"))
    return ""
  text = substr($0, RSTART, RLENGTH)
  sub("^\"" key "\": *", "", text)
  gsub("\"", "", text)
  return text
}

{ name = value("name") }
name == "" { next }

FNR == NR {
  n++
  case_of[n] = name
  clone[n] = value("clone")
  for (i = split("ratio bad at_most at_least of", key, " "); i > 0; i--)
    base[n, key[i]] = value(key[i])
  next
}

{
  for (field = 1; field <= 2; field++) {
    what = field == 1 ? "ratio" : "median"
    found[name, what] = found[name, what, value("clone")] = value(what)
  }
  last_clone = value("clone") != "" ? value("clone") : last_clone
}

END {
  for (k = 1; k <= n; k++) {
    what = base[k, "of"] != "" ? base[k, "of"] : "ratio"
    if (clone[k] != "" && clone[k] != last_clone && !((case_of[k], what, clone[k]) in found))
      continue
    now = clone[k] != "" ? found[case_of[k], what, clone[k]] : found[case_of[k], what]
    if (now == "") {
      printf "%-36s not measured\n", case_of[k]
      missing++
      continue
    }
    line = sprintf("%-36s %8.4g", case_of[k] (clone[k] != "" && clone[k] != last_clone ? " (" clone[k] ")" : ""), now)
    was = base[k, "ratio"]
    if (was != "") {
      line = line sprintf("  on record %.4g", was)
      worse = base[k, "bad"] == "low" ? was / now : now / was
      if (worse > 1.25) {
        line = line sprintf(": DEVIATES, %.0f %% worse", 100 * (worse - 1))
        deviations++
      }
    }
    if (base[k, "at_least"] != "")
      line = line sprintf("  goal >= %g: %s", base[k, "at_least"], now + 0 >= base[k, "at_least"] + 0 ? "met" : "MISSED")
    if (base[k, "at_most"] != "")
      line = line sprintf("  goal <= %g: %s", base[k, "at_most"], now + 0 <= base[k, "at_most"] + 0 ? "met" : "MISSED")
    print line
  }
  if (deviations + missing > 0) {
    printf "%d deviations, %d cases not measured\n", deviations, missing
    exit 4
  }
}
