"""The machine: it stores, links, recomputes, checks, explains and serves claims."""
