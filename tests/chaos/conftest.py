"""What takes minutes belongs to `make chaos` and isn't part of `make test`, where shorter forms of it are."""

import os

collect_ignore = [] if os.environ.get("SSAK3_CHAOS") == "long" else ["apart/test_broadcast_apart.py"]
