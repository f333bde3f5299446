"""Trouble on request: rate limits, errors, lost connections and answers held back."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from enum import Enum
from fnmatch import fnmatchcase


class Trouble(Enum):
    RATE_LIMIT = "429 with retry_after"
    ERROR = "an error status"
    DROP_BEFORE = "the connection ends before anything is delivered"
    DROP_AFTER = "delivered, but the connection ends before the answer"
    HOLD_BEFORE = "nothing is delivered until released"
    HOLD_AFTER = "delivered, but the answer waits until released"


@dataclass
class Fault:
    """Befalls the next requests that match; `reached` says that one has come."""

    trouble: Trouble
    method: str
    path: str
    times: int = 1
    retry_after: float = 0.05
    status: int = 500
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)

    def matches(self, method: str, path: str) -> bool:
        return self.times > 0 and self.method in ("*", method) and fnmatchcase(path, self.path)

    def release(self) -> None:
        """Let what is held go on, and hold nothing more."""
        self.times = 0
        self.released.set()


class Faults:
    """Add one per trouble; a path may hold `*`, as in `/channels/*/messages`."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def rate_limit(self, method: str, path: str, *, retry_after: float = 0.05, times: int = 1) -> Fault:
        return self._add(Fault(Trouble.RATE_LIMIT, method, path, times, retry_after=retry_after))

    def error(self, method: str, path: str, *, status: int = 500, times: int = 1) -> Fault:
        return self._add(Fault(Trouble.ERROR, method, path, times, status=status))

    def drop_before(self, method: str, path: str, *, times: int = 1) -> Fault:
        return self._add(Fault(Trouble.DROP_BEFORE, method, path, times))

    def drop_after(self, method: str, path: str, *, times: int = 1) -> Fault:
        return self._add(Fault(Trouble.DROP_AFTER, method, path, times))

    def hold_before(self, method: str, path: str, *, times: int = 1) -> Fault:
        return self._add(Fault(Trouble.HOLD_BEFORE, method, path, times))

    def hold_after(self, method: str, path: str, *, times: int = 1) -> Fault:
        return self._add(Fault(Trouble.HOLD_AFTER, method, path, times))

    def take(self, method: str, path: str) -> Fault | None:
        """The fault that befalls this request, if any; it is used up by one."""
        fault = next((fault for fault in self._faults if fault.matches(method, path)), None)
        if fault:
            fault.times -= 1
            fault.reached.set()
        return fault

    def clear(self) -> None:
        for fault in self._faults:
            fault.release()
        self._faults.clear()

    def _add(self, fault: Fault) -> Fault:
        self._faults.append(fault)
        return fault
