"""What every test stands on."""

import os

# Whatever language the developer's machine speaks, the program under test speaks English unless a test asks for another.
os.environ["LC_ALL"] = "C.UTF-8"
os.environ.pop("LANGUAGE", None)
