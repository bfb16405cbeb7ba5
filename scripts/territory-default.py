#!/usr/bin/env python3
"""Makes engine/data/territory/jakarta_default.geojson: the shipped, approximate kelurahan of Jakarta.

Needs Python 3.10 with numpy and shapely (pip install numpy shapely); run it from anywhere, it takes about a minute:

    python3 scripts/territory-default.py            # writes the file
    python3 scripts/territory-default.py --check    # says whether the file is what it would write

Enters: jakarta.csv (code, name, centroid, official area of each kelurahan) and outline.csv (a coarse outline of the city), both in
engine/data/territory, with their origins in NOTICE.md there. Method:

1. The mainland is cut into a power diagram: a place belongs to the site with the smallest (distance^2 - weight). Weights are
   raised and lowered until each cell has its official area (scaled to the outline's).
2. A site need not be the published centroid: it is moved, in a few rounds, so that the centroid of its *cell* comes near it.
3. Islands of Kepulauan Seribu are discs of the official area round their published centroid.

All of it is in a plane of kilometres around 6.2 S; coordinates are written with five decimals (1 m).
"""

import csv
import json
import math
import sys
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry import LineString, Polygon

FOLDER = Path(__file__).resolve().parent.parent / "engine/data/territory"
# WGS 84, kilometres in a degree at 6.2 S.
KM_EAST, KM_NORTH = 110.668, 110.577
NEIGHBOURS = 60
STEPS, CLOSE = 30, 0.005
ROUNDS, SHIFT, FAR = 5, 0.3, 0.4


def clip(ring, owners, normal, limit, owner):
    """Sutherland and Hodgman for one half-plane: keeps the positions p of a convex ring with p . normal <= limit.

    owners[i] says which neighbour the edge from position i on is shared with."""
    height = ring @ normal - limit
    inside = height <= 0
    if inside.all():
        return ring, owners
    kept, kept_owners = [], []
    for i in range(len(ring)):
        j = (i + 1) % len(ring)
        cut = ring[i] + height[i] / (height[i] - height[j]) * (ring[j] - ring[i]) if inside[i] != inside[j] else None
        if inside[i]:
            kept.append(ring[i])
            kept_owners.append(owners[i])
        if cut is not None:
            kept.append(cut)
            kept_owners.append(owner if inside[i] else owners[i])
    return np.array(kept).reshape(-1, 2), kept_owners


def power_cells(sites, weights, outline):
    """The cells of all sites within the outline, and how each cell's area answers to each weight (km2 a km2)."""
    west, south, east, north = outline.bounds
    frame = np.array([[west, south], [east, south], [east, north], [west, north]])
    distance2 = ((sites[:, None] - sites[None]) ** 2).sum(2)
    order = np.argsort(distance2 - weights[None], axis=1)[:, :NEIGHBOURS]
    cells, slopes = [], np.zeros((len(sites), len(sites)))
    for i, site in enumerate(sites):
        ring, owners = frame, [-1] * 4
        for j in order[i]:
            if j != i and len(ring):
                limit = (sites[j] ** 2).sum() - (site**2).sum() - weights[j] + weights[i]
                ring, owners = clip(ring, owners, 2 * (sites[j] - site), limit, j)
        cells.append(Polygon(ring) if len(ring) > 2 else Polygon())
        for k, j in enumerate(owners):
            if j >= 0 and len(ring) > 2:
                edge = LineString([ring[k], ring[(k + 1) % len(ring)]])
                slopes[i, j] = -edge.intersection(outline).length / (2 * math.sqrt(distance2[i, j]))
    slopes = np.minimum(slopes, slopes.T)
    np.fill_diagonal(slopes, -slopes.sum(1))
    return shapely.intersection(np.array(cells), outline), slopes


def settle(sites, weights, areas, outline):
    """Weights whose cells have the areas: Newton's method, its step halved until no cell vanishes (Kitagawa and others)."""
    cells, slopes = power_cells(sites, weights, outline)
    for _ in range(STEPS):
        missing = areas - shapely.area(cells)
        if np.abs(missing / areas).max() < CLOSE:
            break
        step = np.linalg.lstsq(slopes + 1e-9 * np.eye(len(sites)), missing, rcond=None)[0]
        least, share = 0.5 * min(shapely.area(cells).min(), areas.min()), 1.0
        while True:
            tried, tried_slopes = power_cells(sites, weights + share * step, outline)
            better = np.abs(areas - shapely.area(tried)).sum() < (1 - share / 2) * np.abs(missing).sum()
            if (shapely.area(tried).min() >= least and better) or share < 0.01:
                break
            share /= 2
        weights, cells, slopes = weights + share * step, tried, tried_slopes
    return weights, cells


def fit(centroids, areas, outline):
    """Cells whose areas are the given ones, and whose centroids come near the given ones."""
    areas = areas * outline.area / areas.sum()
    sites, weights = centroids.copy(), np.zeros(len(areas))
    weights, cells = settle(sites, weights, areas, outline)
    for _ in range(ROUNDS):
        away = centroids - np.array([cell.centroid.coords[0] for cell in cells])
        # A published centroid far off is an error more likely than a shape.
        away *= np.minimum(1, FAR / np.maximum(np.linalg.norm(away, axis=1), 1e-9))[:, None]
        sites = sites + SHIFT * away
        if shapely.area(power_cells(sites, weights, outline)[0]).min() < 0.02:
            weights = np.zeros(len(areas))
        weights, cells = settle(sites, weights, areas, outline)
    worst = np.abs(shapely.area(cells) / areas - 1).max()
    print(f"area off by at most {worst:.2%}; cells cover {shapely.area(cells).sum() / outline.area:.4%} of the outline")
    return cells


def disc(centre, area):
    """Twenty-four corners of the area round the centre."""
    corners = 24
    radius = math.sqrt(2 * area / (corners * math.sin(2 * math.pi / corners)))
    turns = np.arange(corners) / corners * 2 * math.pi
    return Polygon(np.column_stack([centre[0] + radius * np.cos(turns), centre[1] + radius * np.sin(turns)]))


def positions(ring):
    """A closed ring in degrees, repeated positions left out."""
    written = []
    for x, y in ring.coords:
        position = [round(x / KM_EAST, 5), round(y / KM_NORTH, 5)]
        if not written or written[-1] != position:
            written.append(position)
    return written


def geometry(cell):
    """Polygon or MultiPolygon; pieces below 1,000 m2 are left out."""
    pieces = [shapely.orient_polygons(piece) for piece in getattr(cell, "geoms", [cell]) if piece.area > 0.001]
    polygons = [[positions(ring) for ring in (piece.exterior, *piece.interiors)] for piece in pieces]
    return {"type": "MultiPolygon", "coordinates": polygons} if len(polygons) > 1 else {"type": "Polygon", "coordinates": polygons[0]}


def main():
    rows = list(csv.DictReader((FOLDER / "jakarta.csv").open(encoding="utf-8")))
    centroids = np.array([[float(row["longitude_deg"]) * KM_EAST, float(row["latitude_deg"]) * KM_NORTH] for row in rows])
    areas = np.array([float(row["area_km2"]) for row in rows])
    rings = {}
    for row in csv.DictReader((FOLDER / "outline.csv").open(encoding="utf-8")):
        rings.setdefault(row["ring"], []).append((float(row["longitude_deg"]) * KM_EAST, float(row["latitude_deg"]) * KM_NORTH))
    outline = shapely.union_all([Polygon(ring) for ring in rings.values()])
    mainland = np.array([not row["code"].startswith("31.01.") for row in rows])
    cells = np.array([disc(centre, area) for centre, area in zip(centroids, areas)])
    cells[mainland] = fit(centroids[mainland], areas[mainland], outline)
    lines = []
    for row, cell in zip(rows, cells):
        properties = {"kode": row["code"], "nama": row["name"], "kecamatan": row["kecamatan"], "kota": row["kota"], "luas_km2": float(row["area_km2"])}
        feature = {"type": "Feature", "properties": properties, "geometry": geometry(cell)}
        lines.append(json.dumps(feature, ensure_ascii=False, separators=(",", ":")))
    text = '{"type":"FeatureCollection","approximate":true,"features":[\n' + ",\n".join(lines) + "\n]}\n"
    path = FOLDER / "jakarta_default.geojson"
    if "--check" in sys.argv:
        sys.exit(0 if path.read_text(encoding="utf-8") == text else f"{path.name} is not what this script writes")
    path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
