"""The demo's partner feeds: three invented partners, three formats, dates that roll and ids that stay.

`render(name, today)` is the file that a partner would serve that day. The app serves it and the real importer reads it
over HTTP, so that nothing about the demo's feeds is pretended but the partners themselves.
"""

from portal.demo.feeds.partners import PARTNERS, Partner, partner
from portal.demo.feeds.rendering import render

__all__ = ["PARTNERS", "Partner", "partner", "render"]
