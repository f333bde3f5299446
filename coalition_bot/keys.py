"""Which data keys this database needs: a start with a missing or wrong key is refused before anything is lost."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import LargeBinary, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from coalition_bot.db import Base, Database
from coalition_bot.settings import Settings, Wrong
from coalition_bot.vault import Unreadable, Vault, new_key, read_keys

_PROOF = "coalition-bot"


class Keyring(Base):
    """A key that has sealed something here, with a proof by which it is recognised."""

    __tablename__ = "keyring"
    key_id: Mapped[str] = mapped_column(String(8), primary_key=True)
    proof: Mapped[bytes] = mapped_column(LargeBinary)


def first_key(db: Database, settings: Settings, file: Path) -> Settings:
    """Settings with a key: on the very first start a new one is made and written to `file`.

    A database that was sealed before never gets a new key by itself. Raises Wrong.
    """
    if settings.data_keys:
        return settings
    if db.read(_needed):
        raise Wrong(
            "DATA_KEYS is missing, but this database holds answers sealed with a key. Put the key back into .env "
            "from your copy. A new key would leave those answers unreadable for ever."
        )
    key = new_key()
    _append(file, f"DATA_KEYS={key}")
    return settings.model_copy(update={"data_keys": key})


def open_vault(db: Database, settings: Settings) -> Vault:
    """The vault, once it is sure that its keys are the ones of this database. Raises Wrong."""
    if not settings.data_keys:
        raise Wrong("DATA_KEYS is missing. `make run` writes one on its first start; see .env.example.")
    vault = Vault(read_keys(settings.data_keys))
    db.write(lambda session: _prove(session, vault))
    return vault


def _needed(session: Session) -> list[str]:
    return list(session.scalars(select(Keyring.key_id)))


def _prove(session: Session, vault: Vault) -> None:
    """Each key that this database was sealed with is at hand and opens its proof."""
    known = session.scalars(select(Keyring)).all()
    for key in known:
        try:
            vault.open(key.proof, "keyring", key.key_id)
        except Unreadable:
            raise Wrong(
                f"DATA_KEYS does not hold the key {key.key_id}, with which this database was sealed. "
                "Put it back from your copy."
            ) from None
    current = vault.current.hex()
    if current not in {key.key_id for key in known}:
        session.add(Keyring(key_id=current, proof=vault.seal(_PROOF, "keyring", current)))


def _append(file: Path, line: str) -> None:
    """Add a line to `.env`, which only its owner can read."""
    file.touch(mode=0o600, exist_ok=True)
    file.chmod(0o600)  # also where somebody has made it before, by copying the example
    text = file.read_text()
    file.write_text(f"{text}{'' if not text or text.endswith(chr(10)) else chr(10)}{line}\n")
