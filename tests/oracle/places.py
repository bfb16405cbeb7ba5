"""Which kelurahan a point lies in, by the exact polygons, for all points at once.

Rules of DESIGN section 3: in two polygons, the smaller code; in none but within 100 m of one, the nearest; else none. Metres are
those of a plane at the point's own latitude (equirectangular, mean Earth radius).
"""

import json
import math

import numpy as np
import shapely

METRES_PER_DEGREE = 6_371_008.8 * math.pi / 180
NEAR_M = 100.0


class Territory:
    """Polygons by code, from a GeoJSON file."""

    def __init__(self, path, code="kode", names=("nama", "kecamatan", "kota")):
        with open(path, encoding="utf-8") as file:
            features = json.load(file)["features"]
        features.sort(key=lambda feature: feature["properties"][code])
        self.codes = [feature["properties"][code] for feature in features]
        self.names = [tuple(feature["properties"].get(name, "").strip() for name in names) for feature in features]
        self.polygons = [shapely.from_geojson(json.dumps(feature["geometry"])) for feature in features]
        self.tree = shapely.STRtree(self.polygons)

    def locate(self, longitudes, latitudes):
        """Position in `codes` of each point's kelurahan, -1 for none."""
        points = shapely.points(longitudes, latitudes)
        found = np.full(len(points), -1, dtype=np.int64)
        if len(points) == 0:
            return found
        point, polygon = self.tree.query(points, predicate="intersects")
        # Codes are sorted, so the smaller position is the smaller code; descending order lets the smallest win.
        order = np.argsort(-polygon, kind="stable")
        found[point[order]] = polygon[order]
        outside = np.flatnonzero(found < 0)
        if len(outside):
            found[outside] = self.nearest(points[outside])
        return found

    def nearest(self, points):
        """Of points in no polygon: the nearest polygon within 100 m, -1 for none; of two as near, the smaller code."""
        found = np.full(len(points), -1, dtype=np.int64)
        # A generous circle in degrees, then exact metres.
        point, polygon = self.tree.query(points, predicate="dwithin", distance=1.1 * NEAR_M / METRES_PER_DEGREE / 0.99)
        best = {}
        for index, candidate in sorted(zip(point.tolist(), polygon.tolist())):
            at = points[index]
            shrink = math.cos(math.radians(at.y))
            scaled = shapely.transform(self.polygons[candidate], lambda xy: (xy - (at.x, at.y)) * (shrink, 1.0) * METRES_PER_DEGREE)
            distance = shapely.distance(scaled, shapely.Point(0.0, 0.0))
            if distance <= NEAR_M and distance < best.get(index, (math.inf, -1))[0]:
                best[index] = (distance, candidate)
        for index, (_, candidate) in best.items():
            found[index] = candidate
        return found
