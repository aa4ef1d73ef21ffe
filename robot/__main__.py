"""``python -m robot`` is ``postrobot``."""

from __future__ import annotations

import sys

from robot.cli import main

sys.exit(main())
