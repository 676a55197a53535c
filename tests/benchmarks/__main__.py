"""Every benchmark, in turn. (`make bench`)"""

from tests.benchmarks import cold_start, pipeline, publishing, watching

cold_start.run()
pipeline.run()
publishing.run()
watching.run()
