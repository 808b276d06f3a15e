"""`python -m bench.overload.serve --port N`: `rinnalla serve` itself, by the evening's clock.

Time as the service tells it (waits, conversations, duties, opening hours) runs faster. What keeps contact over a
network does not: pings, leases and silence are as long by the wall as ever, so that a lost page is noticed by the same
real code after the same real seconds. Both meet in the database, where leases stand in the evening's time: a lease of
20 s by the wall is written down as 20 s times the speed. That is all that is changed here; README.md says why.
"""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import Final

from bench.overload.clock import Clock, clock_of_environment, hasten

# The lengths of presence, wherever a module of the service has taken them over by name.
PRESENCE: Final = ("LEASE", "RENEW", "AWAY_AFTER", "PRESENT")
BY_THE_WALL: Final = "rinnalla.chat.gateway"  # it sleeps by them


def keep_presence_by_the_wall(speed: float) -> list[str]:
    """Multiply the lengths of presence by ``speed`` where they are compared with the clock; where that was done."""
    from rinnalla.chat import gateway
    from rinnalla.helpline import rules

    before = {name: getattr(rules, name, None) for name in PRESENCE}
    done = []
    for module_name, module in sorted(sys.modules.items()):
        if not module_name.startswith("rinnalla.") or module_name == BY_THE_WALL:
            continue
        for name in PRESENCE:
            value = vars(module).get(name)
            if isinstance(value, timedelta) and (before[name] is None or value == before[name]):
                setattr(module, name, value * speed)
                done.append(f"{module_name}.{name}")

    class ByTheWall(gateway.Gateway):
        async def _renew(self, heard: list[tuple[timedelta, set[int], set[int]]]) -> None:
            await super()._renew([(ago * speed, contacts, people) for ago, contacts, people in heard])

    gateway.Gateway = ByTheWall  # type: ignore[misc]  # what `serve` makes its gateway from
    return done


def main(arguments: list[str]) -> int:
    import django

    clock: Clock = clock_of_environment()
    hasten(clock)
    django.setup()
    from rinnalla.config import serve, urls  # noqa: F401  # with the addresses comes all that pages import

    keep_presence_by_the_wall(clock.speed)
    return serve.main(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
