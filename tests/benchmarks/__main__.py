"""Every benchmark, in turn. (`make bench`)"""

from tests.benchmarks import cold_start, pipeline, watching

cold_start.run()
pipeline.run()
watching.run()
