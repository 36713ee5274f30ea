"""The registration numbers of an association, read together: a SIRET holds its SIREN."""

from __future__ import annotations

from collections.abc import Mapping

from portal.formats.problem import Notebook
from portal.formats.values import registration


def registered(
    written: Mapping[str, str], notes: Notebook, at: int | None = None
) -> tuple[str, str, str]:
    """(RNA, SIREN, SIRET) out of fields named RNA, Siren and Siret."""
    rna = registration(written.get("RNA"), "rna", notes, at)
    siret_text = written.get("Siret") or ""
    siren_text = written.get("Siren") or ""
    if len("".join(siren_text.split())) == 14 and not siret_text.strip():
        siren_text, siret_text = "", siren_text  # the longer number in the shorter one's place
    siret = registration(siret_text, "siret", notes, at)
    siren = registration(siren_text, "siren", notes, at) or siret[:9]
    return rna, siren, siret
