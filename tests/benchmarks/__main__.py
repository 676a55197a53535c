"""Every benchmark, in turn. (`make bench`)"""

from tests.benchmarks import cold_start, deployments, pipeline, publishing, watching

cold_start.run()
pipeline.run()
deployments.run()
publishing.run()
watching.run()
