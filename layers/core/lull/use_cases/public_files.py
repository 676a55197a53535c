"""What a page consists of, for whoever describes it. Apart from the gate, which must not load the renderers."""

from lull.publishing.assets import ASSETS

FILES = tuple((asset.path, asset.content_type) for asset in ASSETS)
"""Every public path of a page, with `{slug}` in it, and what is there."""
