"""The window.

PySide6 reads the source of every module that is imported after it, in search of its own name. So
what the window stands on and needs no Qt is imported first: it opens sooner.
"""

import actviz.files
import actviz.preferences
import actviz.recovery  # noqa: F401
