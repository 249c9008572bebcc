"""What the templates of a cycle's rules of review are given."""

from datetime import datetime

import msgspec

from app.kit.clock import BUCHAREST
from app.kit.i18n import Locale
from app.kit.policy import Verdict
from cycles.models import Cycle
from proposals.forms.settings import RulesForm
from proposals.models import ReviewRules
from proposals.pages.projects import title_of
from proposals.service import ReviewTerms
from proposals.states import FORWARD_TERM, TERM


class RulesPage(msgspec.Struct, frozen=True):
    """The rules of a cycle's review, and the form that changes them."""

    slug: str
    cycle_title: str
    currency: str
    review_days: int
    forward_days: int
    terms: ReviewTerms
    changed_at: datetime | None
    changed_by: str
    may_change: Verdict
    values: dict[str, str]
    errors: dict[str, str] = {}


def build_rules(
    cycle: Cycle, rules: ReviewRules, terms: ReviewTerms, may_change: Verdict, locale: Locale
) -> RulesPage:
    """The rules as shown, and as the form begins."""
    publish_at = terms.publish_at.astimezone(BUCHAREST) if terms.publish_at else None
    return RulesPage(
        slug=cycle.slug,
        cycle_title=title_of(cycle, locale),
        currency=cycle.currency,
        review_days=TERM.days,
        forward_days=FORWARD_TERM.days,
        terms=terms,
        changed_at=rules.changed_at,
        changed_by=rules.changed_by_name or "",
        may_change=may_change,
        values={
            "second_eyes": str(terms.second_eyes_bani // 100),
            "answer_days": str(terms.answer_days),
            "contest_days": str(terms.contest_days),
            "decide_days": str(terms.decide_days),
            "publish_on": f"{publish_at:%Y-%m-%d}" if publish_at else "",
            "publish_time": f"{publish_at:%H:%M}" if publish_at else "12:00",
            "most_supports": str(terms.most_supports or ""),
            "debate": str(terms.debate_bani // 100 or ""),
            "keep_days": str(terms.keep_days),
            "reason": "",
            "seen": msgspec.json.encode(terms).decode(),
        },
    )


def read_typed(typed: RulesForm) -> ReviewTerms:
    """The rules that the form says."""
    return ReviewTerms(
        second_eyes_bani=typed.second_eyes,
        answer_days=typed.answer_days,
        contest_days=typed.contest_days,
        decide_days=typed.decide_days,
        publish_at=typed.publish_at,
        most_supports=typed.most_supports or 0,
        debate_bani=typed.debate or 0,
        keep_days=typed.keep_days,
    )
