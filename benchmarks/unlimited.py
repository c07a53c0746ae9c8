"""`mailstead` without its limit of requests a minute: a benchmark asks more often than a person may."""

from functools import partial

from mailstead import api
from mailstead.cli import main

if __name__ == "__main__":
    api.Settings = partial(api.Settings, per_minute=10**9, burst=10**9)  # type: ignore[misc,assignment]
    main()
