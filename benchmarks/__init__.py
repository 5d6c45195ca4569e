"""How fast a knowledge base is checked, and whether what is wrong in it is found: measured, never asserted in tests."""
