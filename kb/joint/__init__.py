"""What cannot all be true: claims that look fine one by one, examined together (CHECKING, section 3)."""
