"""Measure, and print one line per figure: `python -m benchmarks --size 4000 --json`."""

import argparse
import json
import os
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from benchmarks.figures import Bench, Figure, all_figures
from benchmarks.measure import peak_mib

_HEAD = (
    "同一次运行里的比值（处理器时间的中位数；括号里是实际时间）。底线：只读同样的表、写同样的行。\n"
    "机器忙闲不同，绝对时间不可比较；没有列出的数字还没有测。"
)
_MARKS = {None: "–", True: "达到", False: "未达到"}


def main(arguments: list[str] | None = None) -> int:
    """Run all figures. What they say is no failure of the run: the answer is 0."""
    options = _options(arguments)
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(folder=Path(folder), size=options.size, repeats=options.repeats)
        if not options.json:
            print(f"{_HEAD}\n{options.size} 家企业，{options.repeats} 遍，{os.cpu_count()} 核\n")
        figures = []
        for figure in all_figures(bench):
            figures.append(figure)
            if not options.json:
                print(line(figure), flush=True)
    if options.json:
        told = {
            "size": options.size,
            "repeats": options.repeats,
            "cores": os.cpu_count(),
            "peak_mib": peak_mib(),
            "figures": [asdict(figure) for figure in figures],
        }
        print(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        print(f"\n内存峰值 {peak_mib()} MiB")
    return 0


def line(figure: Figure) -> str:
    ratio = f"{figure.ratio:.2f}（{figure.wall_ratio:.2f}）"
    return "  ".join(
        (figure.number, figure.title, ratio, figure.must, _MARKS[figure.holds], figure.detail)
    )


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--size", type=int, default=4_000, help="enterprises")
    parser.add_argument("--repeats", type=int, default=5, help="times each variant runs")
    parser.add_argument("--json", action="store_true", help="for other programs")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
