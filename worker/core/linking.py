"""Two codes of one dossier that no system tells (research/wire.md, section 7, D06).

Sequences start anew at every agency every day, so a code is never evidence alone. Two records may
be one dossier where procedure, unit and receipt agree and a second instant agrees as well. Which
pairs leave no doubt is decided here, for all of them together: the order they come in is nothing.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import combinations, product

from worker.core.link_evidence import Candidate, Evidence, evidence_of, filed_apart

# A limit moves with extensions; when a dossier was filed and when it ended does not.
_FIXED = frozenset({"submitted_at", "finished_at"})
# Two crowds of the same second can't be told apart, and each would be offered the whole other.
_CROWD = 10_000

DossierPair = frozenset[int]


class Doubt(StrEnum):
    """Why two records that fit are not linked without an operator."""

    SEVERAL = "several"
    DIFFERS = "differs"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkProposal:
    """Two records that may be one dossier, the smaller code first.

    ``doubts`` is empty where nothing speaks against linking them; ``rivals`` are the codes of the
    other records that either of them fits.
    """

    one: Candidate
    other: Candidate
    evidence: Evidence
    doubts: tuple[Doubt, ...] = ()
    rivals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposals:
    """What can be linked, what an operator has to decide, and how many were too alike to tell."""

    certain: tuple[LinkProposal, ...] = ()
    doubtful: tuple[LinkProposal, ...] = ()
    crowded: int = 0


@dataclass(slots=True)
class _Fits:
    """The best evidence for each pair of dossiers, and which dossiers fit which."""

    best: dict[DossierPair, LinkProposal] = field(default_factory=dict)
    partners: defaultdict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    codes: defaultdict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    crowded: int = 0

    def add(self, one: Candidate, other: Candidate, evidence: Evidence) -> None:
        """Note that two records fit; of several records of a dossier the best pair stands."""
        first, second = sorted((one, other), key=lambda each: each.code)
        found = LinkProposal(one=first, other=second, evidence=evidence)
        pair = frozenset({one.dossier_id, other.dossier_id})
        if pair not in self.best or _rank(found) < _rank(self.best[pair]):
            self.best[pair] = found
        for mine, theirs in ((one, other), (other, one)):
            self.partners[mine.dossier_id].add(theirs.dossier_id)
            self.codes[mine.dossier_id].add(mine.code)

    def judged(self) -> list[LinkProposal]:
        """All pairs with what makes them doubtful, in order of their codes."""
        found = [self._judged(each) for each in self.best.values()]
        return sorted(found, key=lambda each: (each.one.code, each.other.code))

    def _judged(self, fit: LinkProposal) -> LinkProposal:
        pair = {fit.one.dossier_id, fit.other.dossier_id}
        rivals = set().union(*(self.partners[each] for each in pair)) - pair
        doubts = [Doubt.SEVERAL] if rivals else []
        if _FIXED.intersection(fit.evidence.differing):
            doubts.append(Doubt.DIFFERS)
        return LinkProposal(
            one=fit.one,
            other=fit.other,
            evidence=fit.evidence,
            doubts=tuple(doubts),
            rivals=tuple(sorted(code for each in rivals for code in self.codes[each])),
        )


def proposals(
    records: Iterable[Candidate],
    heirs: Mapping[str, str],
    refused: Collection[DossierPair] = frozenset(),
) -> Proposals:
    """Which records are one dossier under two codes, surely or perhaps.

    Only dossiers that no source holds both of are put together. Sure is what fits one dossier
    alone, on both sides, and differs in no instant that stays as it is.

    Args:
        records: Every current record that could take part; in any order.
        heirs: The unit that took over from a unit, by code; others stand for themselves.
        refused: Pairs of dossiers that an operator took apart.
    """
    fits = _Fits()
    for group in _alike(records, heirs):
        _note_fits(fits, group, heirs, refused)
    judged = fits.judged()
    return Proposals(
        certain=tuple(each for each in judged if not each.doubts),
        doubtful=tuple(each for each in judged if each.doubts),
        crowded=fits.crowded,
    )


def _alike(
    records: Iterable[Candidate], heirs: Mapping[str, str]
) -> Iterable[Mapping[int, list[Candidate]]]:
    """Records that agree in procedure, unit and receipt, by source; the others are left out."""
    groups: defaultdict[tuple[str, str, datetime], defaultdict[int, list[Candidate]]]
    groups = defaultdict(lambda: defaultdict(list))
    for each in records:
        if each.procedure is not None and each.received_at is not None:
            key = each.procedure, heirs.get(each.unit, each.unit), each.received_at
            groups[key][each.source_id].append(each)
    return groups.values()


def _note_fits(
    fits: _Fits,
    group: Mapping[int, list[Candidate]],
    heirs: Mapping[str, str],
    refused: Collection[DossierPair],
) -> None:
    sides = list(combinations(group.values(), 2))
    if any(len(here) * len(there) > _CROWD for here, there in sides):
        fits.crowded += sum(map(len, group.values()))
        return
    for here, there in sides:
        for one, other in product(here, there):
            evidence = evidence_of(one, other, heirs)
            free = _may_be_one(one, other, refused)
            if free and evidence.is_enough and not filed_apart(one, other):
                fits.add(one, other, evidence)


def _may_be_one(one: Candidate, other: Candidate, refused: Collection[DossierPair]) -> bool:
    """Whether no source holds both dossiers, and no operator took them apart."""
    pair = frozenset({one.dossier_id, other.dossier_id})
    return one.held_by.isdisjoint(other.held_by) and pair not in refused


def _rank(fit: LinkProposal) -> tuple[int, str, str]:
    """A sort key, the best evidence first."""
    return -len(fit.evidence.second_keys), fit.one.code, fit.other.code
