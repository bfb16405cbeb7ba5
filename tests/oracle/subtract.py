"""What can be learned of few by taking a city's answers from each other.

Every answer narrows what a group of reports may count: a group is a cell, or a cell and a category, in a window of time. A cell that is told
as 5 where counts are rounded down to fives holds five to nine, or, where a city tells one cell of a kelurahan five too few so that its cells
never add up, five to fourteen: whoever reads our code knows that it may be this one; the list of GeoReport says how many complaints a kelurahan has of a category in
a day, or to the second where it tells seconds, which says something of cells with no border near; a cell less its categories, a window less a shorter one, an hour less its quarters, a kelurahan
less its cells are what is left. All of it is narrowed together until nothing changes. A group of fewer than `LEAST` reporters that is narrowed
to one count, the right one, is a leak. Nothing here is guessed, so what is narrowed to one count is right.

`check_itself` runs the same on invented answers: on exact ones, on rounded ones that list cells of few, that tell moments in the list, or that
add up to all a kelurahan has, it must find leaks, and on those as the program tells them it must find none.
"""

import collections
import datetime
import math
import random

import h3

LEAST = 5
MINUTE, HOUR, DAY = 60, 3_600, 86_400
# Jakarta has no summer time.
OFFSET = 7 * HOUR
LADDER = {"15m": 15 * MINUTE, "60m": HOUR, "6h": 6 * HOUR, "24h": DAY}
# Windows that are not on the ladder, to be subtracted where somebody answers them.
OTHERS = {f"{minutes}m": minutes * MINUTE for minutes in (10, 11, 20, 21, 30, 31, 59, 61)}
ROUNDS = 4


def seconds(moment):
    return datetime.datetime.fromisoformat(moment.replace("Z", "+00:00")).timestamp()


def rfc3339(time):
    return datetime.datetime.fromtimestamp(time, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


class Attack:
    """Somebody who asks what the public may ask, and reckons. `ask(path)` gives the body of an answer, or None where it is refused; `lowers` says
    whether the city tells one cell of a kelurahan a step too few where they would add up."""

    def __init__(self, ask, lowers=True):
        self.ask = ask
        self.lowers = lowers
        self.kelurahan = {}
        # Kelurahan of every cell; none where each report lies in the kelurahan of its cell.
        self.grid = None
        self.categories = set()
        self.windows = {}
        # Group: the least and the most it may count.
        self.bounds = {}
        self.listed = []
        self.odd = []
        self.complete = False

    def narrow(self, group, low, high):
        before = self.bounds.get(group, (0, math.inf))
        after = (max(before[0], low), min(before[1], high))
        # What contradicts what was known was a wrong guess.
        if after[0] <= after[1] and after != before:
            self.bounds[group] = after
            self.changed = True

    def bound(self, group):
        return self.bounds.get(group, (0, math.inf))

    def look(self):
        grid = self.ask("/v1/grid")
        if grid:
            self.grid = {cell["properties"]["h3"]: cell["properties"]["kelurahan"] for cell in grid["features"]}
        end = None
        for name, length in {**LADDER, **OTHERS}.items():
            end = self.window(name, length) or end
        # The hour that ends with a quarter, and its quarters.
        quarter = end - end % (15 * MINUTE)
        for back in range(4):
            self.window("15m", 15 * MINUTE, quarter - back * 15 * MINUTE)
        for length in ("60m", "6h"):
            self.window(length, LADDER[length], quarter)
        self.read_list()

    def window(self, name, length, at=None):
        """Looks at a window, whole and by category; its end, or None where it is refused."""
        path = f"/v1/cells?window={name}" + (f"&at={rfc3339(at)}" if at else "")
        whole, parts = self.ask(path), self.ask(path + "&split=category")
        if whole is None or parts is None:
            return None
        if whole["window_end"] != parts["window_end"]:
            self.odd.append("the city moves while it is examined")
        start, end = seconds(whole["window_start"]), seconds(whole["window_end"])
        self.windows[(start, end)] = length
        step = whole.get("rounded_to", 1)
        for item in whole["items"] + parts["items"]:
            group = (item["h3"], item.get("category"), start, end)
            self.kelurahan[item["h3"]] = item["kelurahan"]
            self.categories.add(item.get("category"))
            if item.get("suppressed"):
                # That it is there at all says that there is one.
                self.complete = True
                self.narrow(group, 1, math.inf)
            else:
                self.narrow(group, item["n"], self.high(item, step))
        return end

    def high(self, item, step):
        """The most that what is told may be."""
        if step == 1:
            return item["n"]
        if item.get("category") is None:
            # A cell is told as its categories are together, each of which is rounded down, and those of few are not there.
            return math.inf
        return item["n"] + step - 1 + (step if self.lowers else 0)

    def read_list(self):
        points = collections.defaultdict(set)
        for page in range(1, 50):
            found = self.ask(f"/open311/v2/requests.json?extensions=true&page={page}")
            for request in found:
                told = request.get("extended_attributes") or {}
                time = seconds(request["requested_datetime"])
                day = (time + OFFSET) % DAY == 0
                self.listed.append((told.get("kelurahan"), request["service_code"], time, time + DAY if day else time + 1, told.get("h3")))
                points[told.get("kelurahan")].add((request["lat"], request["long"]))
            if len(found) < 1000:
                break
        for kelurahan, several in points.items():
            if len(several) > 1:
                self.odd.append(f"the list tells {len(several)} places of the kelurahan {kelurahan}")
        if any(cell for *_, cell in self.listed):
            self.odd.append("the list tells cells")
        self.most_of = {}

    def inner(self, cell):
        """Whether what lies in a cell lies in its kelurahan for sure: no border is near."""
        return self.grid is None or all(self.grid.get(near, "") == self.kelurahan[cell] for near in h3.grid_disk(cell, 2))

    def most(self, kelurahan, category, start, end):
        """Complaints of a kelurahan that may lie in a window, by the list."""
        if not self.listed:
            return math.inf
        key = (start, end)
        if key not in self.most_of:
            counts = collections.Counter()
            for where, what, first, last, _ in self.listed:
                if first < end and start < last:
                    counts[(where, what)] += 1
                    counts[(where, None)] += 1
            self.most_of[key] = counts
        return self.most_of[key][(kelurahan, category)]

    def reckon(self):
        every = list(self.windows)
        nested = [(outer, inner) for outer in every for inner in every if outer[1] == inner[1] and outer[0] < inner[0]]
        runs = [(outer, [(start, start + 15 * MINUTE) for start in range(int(outer[0]), int(outer[1]), 15 * MINUTE)]) for outer in every]
        runs = [(outer, quarters) for outer, quarters in runs if len(quarters) > 1 and all(quarter in self.windows for quarter in quarters)]
        self.categories |= {None} | {category for _, category, *_ in self.listed}
        self.inside = {cell: kelurahan for cell, kelurahan in self.kelurahan.items() if self.inner(cell)}
        for _ in range(ROUNDS):
            self.changed = False
            spans = set(every) | {(outer[0], inner[0]) for outer, inner in nested}
            for start, end in spans:
                for cell in self.kelurahan:
                    self.by_category(cell, start, end)
                self.by_kelurahan(start, end)
            for cell in self.kelurahan:
                for category in self.categories:
                    self.by_window(cell, category, nested, runs)
            if not self.changed:
                return

    def by_category(self, cell, start, end):
        named = [category for category in self.categories if category]
        if cell in self.inside:
            for category in self.categories:
                self.narrow((cell, category, start, end), 0, self.most(self.inside[cell], category, start, end))
        whole = self.bound((cell, None, start, end))
        parts = {category: self.bound((cell, category, start, end)) for category in named}
        low, high = sum(part[0] for part in parts.values()), sum(part[1] for part in parts.values())
        self.narrow((cell, None, start, end), low, high)
        for category, part in parts.items():
            least = whole[0] - (high - part[1]) if math.isfinite(high) else 0
            self.narrow((cell, category, start, end), least, whole[1] - (low - part[0]))

    def by_kelurahan(self, start, end):
        cells = collections.defaultdict(list)
        for cell, kelurahan in self.inside.items():
            cells[kelurahan].append(cell)
        for kelurahan, own in cells.items():
            for category in self.categories:
                most = self.most(kelurahan, category, start, end)
                bounds = {cell: self.bound((cell, category, start, end)) for cell in own}
                low, high = sum(bound[0] for bound in bounds.values()), sum(bound[1] for bound in bounds.values())
                for cell, bound in bounds.items():
                    # Where every cell with reports is listed nothing can lie elsewhere, and moments say how many there are.
                    whole = self.grid is None and self.complete and self.exact_times and (start, end) in self.windows
                    least = most - (high - bound[1]) if whole and math.isfinite(high) else 0
                    self.narrow((cell, category, start, end), least, most - (low - bound[0]))

    @property
    def exact_times(self):
        return all(last - first <= 1 for _, _, first, last, _ in self.listed)

    def by_window(self, cell, category, nested, runs):
        for outer, inner in nested:
            rest = (cell, category, outer[0], inner[0])
            whole, part, left = self.bound((cell, category, *outer)), self.bound((cell, category, *inner)), self.bound(rest)
            self.narrow(rest, whole[0] - part[1], whole[1] - part[0])
            self.narrow((cell, category, *inner), whole[0] - left[1], whole[1] - left[0])
            self.narrow((cell, category, *outer), part[0] + left[0], part[1] + left[1])
        for outer, quarters in runs:
            whole = self.bound((cell, category, *outer))
            bounds = [self.bound((cell, category, *quarter)) for quarter in quarters]
            low, high = sum(bound[0] for bound in bounds), sum(bound[1] for bound in bounds)
            for quarter, bound in zip(quarters, bounds):
                least = whole[0] - (high - bound[1]) if math.isfinite(high) else 0
                self.narrow((cell, category, *quarter), least, whole[1] - (low - bound[0]))

    def learned(self, truth):
        """Groups of few that are known exactly, rightly; and how many were thought to be, wrongly."""
        right, wrong = [], 0
        spans = collections.defaultdict(list)
        for group, (low, high) in self.bounds.items():
            if low == high > 0:
                spans[group[2:]].append((group, low))
        for (start, end), groups in spans.items():
            people, reports = truth_of(truth, start, end)
            for group, n in groups:
                key = group[:2]
                if not 0 < len(people[key]) < LEAST:
                    continue
                if reports[key] == n:
                    right.append((group, n))
                else:
                    wrong += 1
        return right, wrong


def truth_of(truth, start, end):
    """Reporters and reports by cell and category (None = all), of a window."""
    people, reports = collections.defaultdict(set), collections.Counter()
    for cell, category, reporter, filed in truth:
        if start <= filed < end:
            for key in ((cell, None), (cell, category)):
                people[key].add(reporter)
                reports[key] += 1
    return people, reports


def attack(ask, truth, lowers=True):
    """Looks, reckons, and says what was learned: groups, wrong guesses, and what else is not as it should be."""
    somebody = Attack(ask, lowers)
    somebody.look()
    somebody.reckon()
    right, wrong = somebody.learned(truth)
    return right, wrong, somebody.odd


class Invented:
    """A city that answers as the program does, or worse."""

    def __init__(self, truth, end, step=LEAST, lists_few=False, moments=False, adds_up=False, any_window=False):
        self.truth, self.end = truth, end
        self.step, self.lists_few, self.moments, self.adds_up = step, lists_few, moments, adds_up
        self.any_window = any_window

    @staticmethod
    def kelurahan(cell):
        return h3.cell_to_parent(cell, 8)

    def ask(self, path):
        place, _, query = path.partition("?")
        if place == "/v1/grid":
            return None
        asked = dict(pair.split("=") for pair in query.split("&"))
        if place != "/v1/cells":
            return self.list() if asked["page"] == "1" else []
        name = asked["window"]
        if name not in LADDER and not self.any_window:
            return None
        end = seconds(asked["at"]) if "at" in asked else self.end
        start = end - {**LADDER, **OTHERS}[name]
        people, reports = truth_of(self.truth, start, end)
        parts = self.told(people, reports, [key for key in reports if key[1] is not None])
        told = parts if "split" in asked else self.told(people, reports, [key for key in reports if key[1] is None])
        if "split" not in asked and self.step > 1:
            sums = collections.Counter()
            for (cell, _), n in parts.items():
                sums[cell] += n or 0
            told = {key: sums[key[0]] or n for key, n in told.items()}
        items = []
        for key, n in told.items():
            if n is not None or self.lists_few:
                category = {} if key[1] is None else {"category": key[1]}
                items.append({"h3": key[0], "kelurahan": self.kelurahan(key[0]), "n": n, "suppressed": n is None, **category})
        return {"window_start": rfc3339(start), "window_end": rfc3339(end), "rounded_to": self.step, "items": items}

    def told(self, people, reports, keys):
        told, left = {}, collections.Counter()
        for key in sorted(keys, key=str):
            enough = self.step == 1 or len(people[key]) >= LEAST
            told[key] = reports[key] // self.step * self.step if enough else None
            left[(self.kelurahan(key[0]), key[1])] += reports[key] - (told[key] or 0)
        for group, rest in left.items():
            if rest == 0 and self.step > 1 and not self.adds_up:
                least = min((key for key in told if (self.kelurahan(key[0]), key[1]) == group), key=lambda key: reports[key])
                told[least] = told[least] - self.step or None
        return told

    def list(self):
        def time(filed):
            return filed if self.moments else (filed + OFFSET) // DAY * DAY - OFFSET

        return [
            {"service_code": category, "requested_datetime": rfc3339(time(filed)), "lat": 0, "long": 0, "extended_attributes": {"kelurahan": self.kelurahan(cell)}}
            for cell, category, _, filed in self.truth
        ]


def check_itself():
    """That what is told as the program tells it does not leak here, and that whatever is told worse does."""
    leaks = collections.Counter()
    kinds = {
        "as the program": {},
        "exact": {"step": 1},
        "exact, any window": {"step": 1, "any_window": True},
        "few are listed, with moments": {"lists_few": True, "moments": True},
        "moments": {"moments": True},
        "adds up": {"adds_up": True},
    }
    for seed in range(6):
        chance = random.Random(seed)
        # 2026-01-15 14:03 in Jakarta.
        end = 1_768_460_580
        cells = [h3.latlng_to_cell(-6.2 + chance.uniform(-0.03, 0.03), 106.83 + chance.uniform(-0.03, 0.03), 9) for _ in range(40)]
        truth = []
        for number in range(600):
            cell = cells[min(int(chance.expovariate(0.1)), len(cells) - 1)]
            category = chance.choice(["banjir", "sampah", "jalan_rusak", "macet"])
            truth.append((cell, category, chance.randrange(400), end - chance.randrange(MINUTE, 8 * HOUR)))
        for kind, how in kinds.items():
            right, wrong, _ = attack(Invented(truth, end, **how).ask, truth, lowers=not how.get("adds_up"))
            if wrong:
                raise AssertionError(f"the check itself is broken: {wrong} counts of {kind} are wrong")
            leaks[kind] += len(right)
    clean = leaks.pop("as the program", 0)
    if clean or len(leaks) < len(kinds) - 1 or not all(leaks.values()):
        raise AssertionError(f"the check itself is broken: {clean} leaks where there are none; where there are: {dict(leaks)}")
    return dict(leaks)


if __name__ == "__main__":
    print(check_itself())
