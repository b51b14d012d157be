"""All scenarios."""
from acts import Acts
from posts import Init, Posts

SCENARIOS = [Acts, Init, Posts]
