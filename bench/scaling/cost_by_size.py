#!/usr/bin/env python3
"""Plots what a suite costs against the size of its data.

    cost_by_size.py --out FILE.svg SCALE=RESULT.json...      (results of sqlbench.py, one engine, two or more scales)

Prints, for each scale, the total of the queries' median times and how many times that is of the scale below, against what
linear growth would be; and draws the same on logarithmic axes, with a line of linear growth through the middle scale.
The status is 1 where a step costs more than 1.1 times what linear growth would.
"""
import argparse
import json
import math
import statistics
import sys

WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 560, 360, 70, 50, 30, 20
BOUND = 1.1


def total(path):
    with open(path, encoding="utf-8") as file:
        queries = json.load(file)["queries"]
    return sum(statistics.median(query["wall_s"]) for query in queries.values())


def axis(values, start, length):
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return low, high, lambda value: start + (math.log10(value) - low) / (high - low) * length


def draw(points):
    lowest, highest, x = axis([scale for scale, _ in points], LEFT, WIDTH - LEFT - RIGHT)
    least, most, down = axis([seconds for _, seconds in points], 0, HEIGHT - TOP - BOTTOM)
    y = lambda value: HEIGHT - BOTTOM - down(value)  # noqa: E731
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif" font-size="12">',
           f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>']
    for power in range(least, most + 1):
        at = y(10.0**power)
        out.append(f'<line x1="{LEFT}" y1="{at:.1f}" x2="{WIDTH - RIGHT}" y2="{at:.1f}" stroke="#ddd"/>')
        out.append(f'<text x="{LEFT - 8}" y="{at + 4:.1f}" text-anchor="end">{10.0**power:g} s</text>')
    for power in range(lowest, highest + 1):
        at = x(10.0**power)
        out.append(f'<line x1="{at:.1f}" y1="{TOP}" x2="{at:.1f}" y2="{HEIGHT - BOTTOM}" stroke="#ddd"/>')
        out.append(f'<text x="{at:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">SF {10.0**power:g}</text>')
    middle, seconds = points[len(points) // 2]
    ends = [(scale, min(max(seconds * scale / middle, 10.0**least), 10.0**most)) for scale in (points[0][0], points[-1][0])]
    line = " ".join(f"{x(middle * value / seconds):.1f},{y(value):.1f}" for _, value in ends)
    out.append(f'<polyline points="{line}" fill="none" stroke="#999" stroke-dasharray="5 4"/>')
    line = " ".join(f"{x(scale):.1f},{y(value):.1f}" for scale, value in points)
    out.append(f'<polyline points="{line}" fill="none" stroke="#c43" stroke-width="2"/>')
    for scale, value in points:
        out.append(f'<circle cx="{x(scale):.1f}" cy="{y(value):.1f}" r="4" fill="#c43"/>')
        left = x(scale) < LEFT + 60
        out.append(f'<text x="{x(scale) + (8 if left else -8):.1f}" y="{y(value) - 8:.1f}" text-anchor="{"start" if left else "end"}">{value:.3g} s</text>')
    out.append(f'<text x="{LEFT}" y="18">All queries together, seconds; dashed: linear in the data</text></svg>')
    return "\n".join(out) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True)
    parser.add_argument("results", nargs="+", metavar="SCALE=RESULT")
    options = parser.parse_args()
    points = []
    for result in options.results:
        scale, path = result.split("=", 1)
        points.append((float(scale), total(path)))
    points.sort()
    worst = 0.0
    for i, (scale, seconds) in enumerate(points):
        growth = "" if i == 0 else f"  {seconds / points[i - 1][1] / (scale / points[i - 1][0]):.2f} of linear"
        print(f"SF {scale:g}: {seconds:.3f} s{growth}")
        if i > 0:
            worst = max(worst, seconds / points[i - 1][1] / (scale / points[i - 1][0]))
    with open(options.out, "w", encoding="utf-8") as file:
        file.write(draw(points))
    return 1 if worst > BOUND else 0


if __name__ == "__main__":
    sys.exit(main())
