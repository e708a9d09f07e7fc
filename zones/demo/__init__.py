"""The demo bank: its growth program, zones, pictures and people."""
