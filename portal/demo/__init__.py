"""The demo: a portal that looks lived in, made of invented associations, people, texts, pictures and partner feeds.

Everything here is pure and repeatable: a day, a number and a seed give the same world, and nothing is read but the data
files beside the code. It never touches the database (`flask demo load` does) and never asks what day it is.

No association and no person of the demo exists; addresses are under example.org and .example, which nobody can own.
"""

from portal.demo.generator import generate
from portal.demo.world import DemoWorld

__all__ = ["DemoWorld", "generate"]
