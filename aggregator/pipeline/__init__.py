"""The rooms wired into stages: what runs where, how many at once, and what happens to one that fails."""
