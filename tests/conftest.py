"""What every test file shares: how many examples hypothesis tries."""

from __future__ import annotations

import hypothesis_profile

hypothesis_profile.load()
