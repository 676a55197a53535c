"""The pipeline's side of Lull: a command to report deployments. It knows the API, and nothing of the product's code."""

__version__ = "0.1.0"
