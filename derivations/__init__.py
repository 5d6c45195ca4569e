"""How numbers follow from numbers: plain functions, one file per topic, discovered by their decorator."""
