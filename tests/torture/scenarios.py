"""All scenarios. ROOMS are the database and the program at large; DEEDS are acts on posts, a row each."""
from acts import Acts
from deeds import DEEDS
from posts import Init, Posts

ROOMS = [Acts, Init, Posts]
SCENARIOS = ROOMS + DEEDS
