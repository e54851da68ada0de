"""Opens our files as a stranger would: xarray through both engines, and h5py, group by group as they are.

Arguments: the HDF5 files. The environment variable `revision` is the commit of the tree, empty where it is no
repository. Prints what is wrong; exit status 1 where anything is.
"""
import os
import re
import sys

import h5py
import numpy as np
import xarray as xr

faults = []


def check(holds, sentence):
    if not holds:
        faults.append(sentence)


def groups_of(path):
    """Every group that holds data sets."""
    found = []

    def visit(name, item):
        if isinstance(item, h5py.Group) and any(isinstance(d, h5py.Dataset) for d in item.values()):
            found.append(name)

    with h5py.File(path, "r") as file:
        file.visititems(visit)
    return found


def check_group(path, group):
    where = f"{path}:/{group}"
    both = [xr.open_dataset(path, group=group, engine=e).load() for e in ("netcdf4", "h5netcdf")]
    check(both[0].identical(both[1]), f"{where}: the engines differ")
    data = both[0]
    with h5py.File(path, "r") as file:
        names = set(file[group])
        for name, item in file[group].items():
            values = item[()]
            check(item.dtype.names is None, f"{where}/{name}: compound")
            for text in np.atleast_1d(item.asstr()[()]).flat if item.dtype == object else []:
                check(isinstance(text, str), f"{where}/{name}: text is {type(text)}")
            for key in item.attrs:
                if key not in ("CLASS", "NAME"):  # HDF5's own, of fixed length
                    check(not isinstance(item.attrs[key], bytes), f"{where}/{name}: @{key} is bytes")
            if name in data and np.issubdtype(data[name].dtype, np.floating):
                check(np.array_equal(data[name].values, values, equal_nan=True),
                      f"{where}/{name}: h5py and xarray differ")
        for key, value in file[group].attrs.items():
            check(not isinstance(value, (bytes, np.bytes_)), f"{where}: @{key} is bytes")
    check(set(data.variables) | {"state_byte"} == names | {"state_byte"},
          f"{where}: xarray shows {set(data.variables) ^ names} otherwise than h5py")
    for dim in data.dims:
        check(dim in data.coords or dim == "state_byte", f"{where}: dimension {dim} has no values")
    for name, v in data.variables.items():
        check("long_name" in v.attrs, f"{where}/{name}: no long_name")
        check("units" in v.attrs or "units" in v.encoding, f"{where}/{name}: no units")


def check_provenance(path):
    """That a file by the program says what it was made by and from."""
    with h5py.File(path, "r") as file:
        if file.attrs["experiment"] == "sample" or file.attrs["title"].startswith("environment world"):
            return  # by hand
        p, kind = file["provenance"], file.attrs["file_kind"]
        check(p.attrs["git_revision"] == os.environ["revision"], f"{path}: git_revision {p.attrs['git_revision']!r}")
        check(p.attrs["git_dirty"] in ((0, 1) if os.environ["revision"] else (-1,)), f"{path}: git_dirty")
        check(re.fullmatch("[0-9a-f]{64}", p.attrs["source_sha256"]), f"{path}: source_sha256")
        check(kind == "play" or re.fullmatch("[0-9a-f]{64}", p.attrs["config_sha256"]), f"{path}: config_sha256")
        library = dict(zip(p["library"].asstr()[()], p["library_version"].asstr()[()]))
        for name in ("hdf5", "zlib", "tomlplusplus", "libc"):
            check(re.match(r"\d+\.\d+", library.get(name, "")), f"{path}: library {name} {library.get(name)!r}")
        plugins = [g.attrs["name"] for g in file["plugins"].values()]
        check(not set(plugins) & set(library), f"{path}: a plugin among the libraries")
        if "ant" in plugins:
            check(re.match(r"\d+\.\d+", library.get("mujoco", "")), f"{path}: library mujoco {library.get('mujoco')!r}")


def check_run(path):
    """What the guide for readers does with a run."""
    g = xr.open_dataset(path, group="generations")
    check(g.fitness.dims == ("generation", "individual"), f"{path}: fitness{g.fitness.dims}")
    with h5py.File(path, "r") as file:
        made_by_hand = file.attrs["experiment"] == "sample"
    check(made_by_hand or np.allclose(g.fitness.max("individual"), g.fitness_max),
          f"{path}: fitness_max is not the largest fitness")
    k = xr.open_dataset(path, group="genomes")
    check(set(k.generation.values) <= set(g.generation.values), f"{path}: kept generations")
    check(k.centre.sel(generation=k.generation[-1]).ndim == 1, f"{path}: a genome is no vector")
    layout = xr.open_dataset(path, group="genome_layout")
    check(int(layout["count"].sum()) == k.sizes["gene"], f"{path}: segments do not fill the genome")
    p = xr.open_dataset(path, group="provenance")
    check(p.start_time.dtype.kind == "M", f"{path}: start_time is no time")
    check("[run]" in str(p.config_toml.values), f"{path}: no TOML inside")
    n = xr.open_dataset(path, group="network")
    check(not any("action" in str(a) for a in n.activation.values), f"{path}: activation {n.activation.values}")


def check_evaluation(path):
    e = xr.open_dataset(path, group="evaluation")
    table = e["return"].to_dataframe().groupby("condition", sort=False)["return"].agg(["mean", "count"])
    check(list(table.index) == list(e.condition.values), f"{path}: conditions {list(table.index)}")
    with h5py.File(path, "r") as file:
        v, made_by_hand = file["evaluation"], file.attrs["experiment"] == "sample"
        check(made_by_hand or re.fullmatch("[0-9a-f]{64}", v.attrs["genome_sha256"]), f"{path}: genome_sha256")
        check(v.attrs["seed"] == file.attrs["seed"] > 0, f"{path}: seed {v.attrs['seed']}")
        check(v.attrs["rollouts"] == v["return"].shape[1], f"{path}: rollouts {v.attrs['rollouts']}")
    lifetimes = [g for g in groups_of(path) if g.startswith("lifetimes/")]
    check(lifetimes, f"{path}: no lifetimes")
    for group in lifetimes:
        life = xr.open_dataset(path, group=group)
        weights = [v for v in life.data_vars if v.endswith("_weight")]
        check(weights, f"{path}:/{group}: no weights")
        flat = [life[v].values.reshape(life.sizes["weight_step"], -1) for v in weights]
        check(np.isfinite(np.concatenate(flat, 1)).all(), f"{path}:/{group}: weights are not finite")
        check(life.weight_step[-1] == life.sizes["step"], f"{path}:/{group}: no row after the last step")
        for v in weights:
            layer = v[: -len("_weight")]
            check(life[v].dims == ("weight_step", layer + "_pre", layer + "_post"),
                  f"{path}:/{group}/{v}{life[v].dims}")


def check_play(path):
    p = xr.open_dataset(path, group="play")
    check(p.t.values[0] == 0 and not p.action[0].any(), f"{path}: row 0 is not the reset")
    check(np.array_equal(p.terminated, p.done == 1), f"{path}: terminated")
    check(not any("state_state" in str(d) for d in p.dims), f"{path}: dimensions {p.dims}")


for path in sys.argv[1:]:
    groups = groups_of(path)
    for group in groups:
        check_group(path, group)
    check_provenance(path)
    with h5py.File(path, "r") as file:
        kind = file.attrs["file_kind"]
    {"run": check_run, "evaluation": check_evaluation, "play": check_play}[kind](path)
    print(f"{path}: {kind}, {len(groups)} groups opened by h5py, netcdf4 and h5netcdf")

for sentence in faults:
    print(sentence, file=sys.stderr)
sys.exit(1 if faults else 0)
