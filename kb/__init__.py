"""The machine: it stores, links, recomputes, checks, explains and serves claims."""

__version__ = "0.1.0"
