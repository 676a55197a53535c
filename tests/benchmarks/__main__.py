"""Every benchmark, in turn, each in a process of its own: clients are made once for each. (`make bench`)"""

import subprocess
import sys

BENCHMARKS = ("cold_start", "pipeline", "deployments", "publishing", "watching")

for name in BENCHMARKS:
    subprocess.run([sys.executable, "-c", f"from tests.benchmarks.{name} import run; run()"], check=True)
