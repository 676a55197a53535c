"""What importing a function costs beside the smallest one of its kind: CPU seconds of whole processes, in turn."""

import os
import resource
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROUNDS = 11

HELLO = "import boto3; from fastapi import FastAPI; from mangum import Mangum; app = FastAPI(); handler = Mangum(app)"
WORKER = "import boto3; from aws_lambda_powertools import Logger"


def cpu_seconds(code: str, folder: str) -> float:
    """User and system time of a fresh interpreter that runs `code` and leaves without tearing down."""
    path = f"{ROOT / 'layers/core'}:{ROOT / 'functions' / folder}"
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-c", f"{code}; import os; os._exit(0)"]
    subprocess.run(command, env={"PYTHONPATH": path, "PATH": os.environ["PATH"]}, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def compared(code: str, folder: str, other: str) -> tuple[float, float, float]:
    """Medians of both and of the ratio, pair by pair, after one warm-up that also writes the byte code."""
    pairs = [(cpu_seconds(code, folder), cpu_seconds(other, folder)) for _ in range(ROUNDS + 1)][1:]
    ratio = statistics.median(ours / theirs for ours, theirs in pairs)
    return statistics.median(ours for ours, _ in pairs), statistics.median(theirs for _, theirs in pairs), ratio


def run() -> None:
    print(f"cold start, CPU of a whole process, median of {ROUNDS} pairs")
    _print("management", "api", HELLO, "FastAPI + Mangum + boto3 alone")
    for worker in ("dispatcher", "transitioner", "publisher", "prober", "notifier", "monitor"):
        _print(worker, worker, WORKER, "boto3 + Logger alone")


def _print(module: str, folder: str, other: str, named: str) -> None:
    ours, theirs, ratio = compared(f"import {module}", folder, other)
    print(f"  {module:<13}{ours * 1000:4.0f} ms   {named:<31}{theirs * 1000:4.0f} ms   ratio {ratio:.2f}")
