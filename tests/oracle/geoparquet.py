#!/usr/bin/env python3
"""Polygons written as GeoParquet by geopandas are the same territory as the GeoJSON they came from.

    geoparquet.py --tanggap PROGRAM --territory KELURAHAN.geojson

Exit 1 with the first difference: in what `tanggap territory check` finds, or in a shape that `tanggap territory import` keeps.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import geopandas
from shapely.geometry import shape


def run(program, *arguments):
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def shapes(path):
    features = json.loads(path.read_text())["features"]
    return {feature["properties"]["kode"]: shape(feature["geometry"]) for feature in features}


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--tanggap", required=True)
    options.add_argument("--territory", required=True, type=pathlib.Path)
    given = options.parse_args()
    frame = geopandas.read_file(given.territory)
    with tempfile.TemporaryDirectory() as directory:
        directory = pathlib.Path(directory)
        parquet, metres = directory / "kelurahan.parquet", directory / "metres.parquet"
        frame.to_parquet(parquet)
        frame.to_crs("EPSG:32748").to_parquet(metres)

        json_found = run(given.tanggap, "territory", "check", given.territory)
        parquet_found = run(given.tanggap, "territory", "check", parquet)
        if json_found[:2] != parquet_found[:2]:
            sys.exit(f"territory check differs:\n{json_found}\n{parquet_found}")

        code, _, error = run(given.tanggap, "territory", "import", parquet, "--data-dir", directory / "data")
        if code != 0:
            sys.exit(f"territory import refuses what geopandas wrote: {error}")
        kept, wanted = shapes(directory / "data/territory/kelurahan.geojson"), shapes(given.territory)
        if kept.keys() != wanted.keys():
            sys.exit(f"codes differ: {sorted(kept.keys() ^ wanted.keys())[:5]}")
        for code, wanted_shape in wanted.items():
            if not kept[code].equals_exact(wanted_shape, 0.0):
                sys.exit(f"the shape of {code} differs")

        code, _, error = run(given.tanggap, "territory", "check", metres)
        if code == 0 or "UTM zone 48S" not in error:
            sys.exit(f"metres were taken for degrees: {code} {error}")
    print(f"GeoParquet: {len(wanted)} kelurahan as in GeoJSON, metres refused")


if __name__ == "__main__":
    main()
