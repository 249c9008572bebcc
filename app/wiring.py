"""Who listens to which event, what runs by the clock, and what the main menu holds."""

from datetime import datetime

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.events import AccountClosed
from accounts.service import add_export_part
from accounts.states import Role
from amendments.queries.discussed import find_acts, find_amendments, find_units
from amendments.queries.followed import ActTopics
from amendments.queries.meetings import list_meetings
from amendments.queries.searched import ActSource, AmendmentSource
from app.kit.events import subscribe
from app.kit.i18n import N_
from consultations.queries import add_occasions
from consultations.queries.commitments import AnswerSource, CommitmentSource, CommitmentTopics
from consultations.queries.followed import ConsultationTopics, HostTopics
from consultations.queries.questions import find_consultation_of, find_questions
from consultations.queries.questions_followed import AnswerTopics
from consultations.queries.searched import ConsultationSource
from consultations.rules.clashes import Occasion
from consultations.service import export_consultations, export_opinions, forget_opinions
from consultations.service import leave_no_name as leave_consultations
from consultations.service.questions_own import export_questions
from consultations.service.questions_own import leave_no_name as leave_questions
from cycles.events import StageDatesChanged
from cycles.queries import CycleSource
from discussions.queries import resolve_by
from discussions.queries.facts import CommentTable, DecisionTable
from discussions.queries.searched import CommentSource
from discussions.service import export_comments
from discussions.service import leave_no_name as take_name_off_comments
from notices.queries import tell_by
from notices.service import export_notices, forget_account
from open_data.queries import publish_as
from proposals.queries.discussed import comment_scope, find_idea_lists, find_ideas, find_opinions
from proposals.queries.facts import IdeaTable, ProjectTable, SupportTable, TimelineTable
from proposals.queries.followed import IdeaTopics, ProjectTopics
from proposals.queries.origins import trace_by
from proposals.queries.searched import IdeaSource, ProjectSource, ReasonSource
from proposals.service import export_proposals, record_outcome
from proposals.service import leave_no_name as take_name_off_ideas
from search.queries import index_by
from voting.events import ResultPublished
from voting.queries.searched import PollSource
from voting.service import lapse_confirmations

# Path, label, and the role that sees it: officials find their work beside what everybody sees.
MENU: tuple[tuple[str, str, str], ...] = (
    ("/cycles", N_("Cycles"), ""),
    ("/ideas", N_("Ideas"), ""),
    ("/projects", N_("Projects"), ""),
    ("/polls", N_("Votes"), ""),
    ("/acts", N_("Draft decisions"), ""),
    ("/consultations", N_("Field consultations"), ""),
    ("/register", N_("Public register"), ""),
    ("/search", N_("Search"), ""),
    ("/review", N_("Review queue"), Role.REVIEWER),
    ("/desk", N_("Residence desk"), Role.DESK),
    ("/desk/letters", N_("Letters"), Role.DESK),
    ("/desk/tellings", N_("To be told"), Role.DESK),
    ("/places", N_("Polling places"), Role.CLERK),
    ("/consultations/desk", N_("Consultations desk"), Role.ORGANIZER),
    ("/consultations/calls", N_("Calls"), Role.DESK),
    ("/consultations/door", N_("The door"), Role.DOOR),
    ("/consultations/as-official", N_("As an official"), Role.COUNCILLOR),
    ("/moderation", N_("Moderation"), Role.MODERATOR),
    ("/days-off", N_("Days off"), Role.SECRETARIAT),
    ("/days-off", N_("Days off"), Role.ADMIN),
    ("/officials", N_("Officials"), Role.ADMIN),
)

# Addresses whose rest opens a page to whoever knows it: logs keep only their beginning.
SECRET_PATHS = ("/trustee/", "/consultations/tickets/", "/notices/feed/")


# What each kind of register entry says, and where the page of its subject is.
REGISTER_KINDS: dict[str, str] = {
    "role.given": N_("A role was given to an official"),
    "role.taken": N_("A role was taken from an official"),
    "poll.announced": N_("A vote was announced"),
    "poll.opening_confirmed": N_("An official confirmed the opening of a vote"),
    "poll.confirmation_withdrawn": N_("An official withdrew a confirmation"),
    "poll.confirmations_lapsed": N_("The dates of a vote changed: its opening has to be confirmed again"),
    "poll.opened": N_("A vote was opened"),
    "poll.closed": N_("A vote was closed"),
    "poll.protocol_confirmed": N_("An official confirmed the closing protocol"),
    "poll.result_published": N_("A result was published"),
    "poll.result_certified": N_("An official certified a result"),
    "poll.cancelling_proposed": N_("An official proposed to cancel a vote"),
    "poll.cancelling_withdrawn": N_("The proposal to cancel a vote was withdrawn"),
    "poll.cancelled": N_("A vote was cancelled"),
    "act.announced": N_("A draft decision was announced"),
    "act.paper_added": N_("A paper was added to a draft decision"),
    "act.paper_withdrawn": N_("A paper of a draft decision was withdrawn"),
    "act.debate_requested": N_("A public debate of a draft decision was asked for"),
    "act.debate_refused": N_("No public debate of a draft decision is held, though one was asked for"),
    "act.debate_called": N_("A public debate of a draft decision was called"),
    "act.debate_cancelled": N_("A public debate of a draft decision was called off"),
    "act.debate_ended": N_("A public debate of a draft decision was held"),
    "act.debate_minutes": N_("The minutes of a public debate were published"),
    "act.debate_corrected": N_("The minutes of a public debate were corrected"),
    "act.step": N_("A step of a draft decision’s procedure was taken"),
    "act.proposals_ended": N_("The time for proposals to a draft decision ended"),
    "act.order_ruled": N_("The order of accepted amendments was decided"),
    "act.files_kept": N_("The files of a text were written down with their digests"),
    "act.corrected": N_("The wording of a draft decision was corrected by the secretariat"),
    "act.consolidated": N_("A new text of a draft decision was published"),
    "act.round_begun": N_("Another round of a debate began"),
    "act.terms_moved": N_("A day off moved the terms of a draft decision"),
    "act.proposals_extended": N_("A draft decision got more time for proposals"),
    "act.sent_to_council": N_("A draft decision was sent to the council"),
    "act.withdrawn": N_("A draft decision was withdrawn"),
    "act.sitting_called": N_("The council was called to vote on a draft decision"),
    "act.sitting_cancelled": N_("A sitting of the council was cancelled"),
    "act.vote_begun": N_("The council began to vote on a draft decision"),
    "act.voted": N_("The council voted by name"),
    "act.vote_corrected": N_("A vote by name was corrected"),
    "act.adopted": N_("The council adopted a decision"),
    "act.rejected": N_("The council did not adopt a draft decision"),
    "amendment.tabled": N_("A councillor proposed an amendment to the council"),
    "amendment.taken_back": N_("A councillor no longer stands for an amendment"),
    "amendment.taken_over": N_("A councillor took an amendment over"),
    "amendment.voted": N_("The council voted on an amendment"),
    "council.member_added": N_("Somebody was put on the roll of the council"),
    "council.order_set": N_("The order of voting of the council was set"),
    "council.term_ended": N_("A councillor’s term ended"),
    "amendment.submitted": N_("An amendment was registered"),
    "amendment.returned": N_("An amendment was returned to its author"),
    "amendment.readmitted": N_("An amendment is admitted after all"),
    "amendment.stands_as_sent": N_("An amendment was not completed in time and stands as it was sent"),
    "amendment.carried": N_("An amendment is open again on the text of another round"),
    "amendment.let_stand": N_("The author of an amendment wants it answered as it was written"),
    "amendment.rewritten": N_("An amendment was rewritten by its author: nobody stands behind it any more"),
    "amendment.rewritten_as": N_("An amendment was written anew, as another one"),
    "amendment.inadmissible": N_("An amendment was found inadmissible"),
    "amendment.withdrawn": N_("An amendment was withdrawn by its author"),
    "amendment.answered": N_("An amendment was answered"),
    "amendment.answer_superseded": N_("An answer to an amendment was superseded"),
    "poll.trustees_named": N_("The trustees of a sealed vote were named"),
    "poll.trustee_link_renewed": N_("A trustee of a sealed vote got a new address"),
    "poll.key_delivered": N_("A trustee delivered a part of the key"),
    "poll.roll_frozen": N_("The roll of a sealed vote was frozen"),
    "poll.credentials_delivered": N_("The registrar delivered the public credentials"),
    "poll.board_begun": N_("The election was written on the board of a sealed vote"),
    "poll.tally_published": N_("The sealed ballots that count were put together"),
    "poll.mix_published": N_("A trustee mixed the sealed ballots"),
    "poll.mixing_ended": N_("The mixing of the sealed ballots ended"),
    "poll.opening_published": N_("A trustee opened their part of the mixed ballots"),
    "poll.ballots_opened": N_("The mixed ballots were opened"),
    "poll.place_added": N_("A polling place was named"),
    "poll.place_changed": N_("A polling place was changed"),
    "poll.place_removed": N_("A polling place was taken off the list"),
    "poll.place_closed": N_("A polling place was closed"),
    "poll.place_reopened": N_("A polling place was opened again"),
    "poll.paper_undone": N_("A slip was undone: a paper marked as given was not"),
    "poll.place_protocol_written": N_("The protocol of a polling place was written"),
    "poll.reading_begun": N_("A clerk began to enter the papers of a polling place"),
    "poll.reading_done": N_("A clerk has entered every paper of a polling place"),
    "poll.reading_released": N_("A clerk's entries were given up, to be made anew"),
    "poll.sheet_decided": N_("A third clerk decided on a paper on which two differ"),
    "poll.place_signed": N_("An official signed the protocol of a polling place"),
    "poll.place_signature_withdrawn": N_("An official withdrew a signature from a protocol"),
    "poll.papers_settled": N_("The papers of all polling places are signed and fixed"),
    "poll.imported": N_("A finished vote from elsewhere was imported"),
    "comment.hidden": N_("A comment was hidden by a moderator"),
    "comment.restored": N_("A comment is shown again after an appeal"),
    "comment.appeal_refused": N_("A comment stays hidden after an appeal"),
    "transparency.published": N_("The yearly report on decisional transparency was published"),
    "cycle.created": N_("The cycle was published"),
    "cycle.vote-settings-changed": N_("An official chose how the vote is counted"),
    "cycle.verdicts-released": N_("An official published the decisions of a cycle before their moment"),
    "project.debate": N_("The public debate on a project was announced, or what came of it was entered"),
    "cycle.review-rules-changed": N_("The rules of a cycle's review were changed"),
    "stage.dates-changed": N_("The dates of a stage were changed"),
    "projects.put-to-vote": N_("The list of projects was frozen and put to the vote"),
    "projects.decided": N_("The outcome of the vote was written on the projects"),
    "idea.submitted": N_("The idea was sent and registered"),
    "idea.claimed": N_("Who had sent the idea without an account has claimed it"),
    "idea.taken": N_("The department began the review"),
    "idea.question": N_("The department asked the author; the clock stopped"),
    "idea.answer": N_("The author answered; the clock runs again"),
    "idea.resumed": N_("The department let the clock run again"),
    "idea.unanswered": N_("The author's term for the answer passed; the clock runs again"),
    "idea.rejected": N_("The idea was rejected"),
    "idea.merged": N_("The idea was merged into another one"),
    "idea.accepted": N_("The idea was accepted and became a project"),
    "idea.changed": N_("The idea was accepted with changes and became a project"),
    "idea.forwarded": N_("The idea is not in our competence and was sent on"),
    "idea.advice_asked": N_("Another department was asked for its opinion"),
    "idea.advice_given": N_("The department that was asked gave its opinion"),
    "idea.advice_withdrawn": N_("The question to another department was taken back"),
    "idea.conflict": N_("An official declared a conflict of interest and is off the file"),
    "department.added": N_("A department was named"),
    "department.member": N_("The members of a department changed"),
    "idea.contested": N_("The author contested the decision"),
    "idea.upheld": N_("The contested decision was upheld by another reviewer"),
    "idea.withdrawn": N_("The author withdrew the idea"),
    "ideas.deadlines_moved": N_("A day off moved the deadlines of ideas under review"),
    "day_off.declared": N_("A day off was declared"),
    "day_off.taken_back": N_("A day off was taken back"),
    "works.milestone": N_("A milestone of the works on a project was entered"),
    "works.spending": N_("A payment for a project, or a correction of one, was entered"),
    "works.photo": N_("A photo of the works on a project was published"),
    "works.photo-withdrawn": N_("A photo of the works on a project was withdrawn"),
    "works.replied": N_("The department answered what a resident says of the finished works"),
    "works.handed-over": N_("The works on a project were handed over to another department or colleague"),
    "works.opinion-hidden": N_("A moderator hid what a resident says of the finished works"),
    "works.opinion-shown": N_("What a resident says of the finished works is shown again"),
    "streets.listed": N_("The list of streets was changed"),
    "season.added": N_("A season of field consultations was named"),
    "consultation.published": N_("A field consultation was published"),
    "consultation.moved": N_("A field consultation was moved"),
    "consultation.edited": N_("A field consultation was changed"),
    "consultation.cancelled": N_("A field consultation was called off"),
    "consultation.reinstated": N_("A field consultation that was called off takes place after all"),
    "consultation.held": N_("A field consultation was held"),
    "consultation.not_held": N_("A field consultation was not held"),
    "consultation.corrected": N_("The report on a field consultation was corrected"),
    "consultation.minutes": N_("The minutes of a field consultation were published"),
    "consultation.minutes-corrected": N_("The minutes of a field consultation were corrected"),
    "consultation.photo": N_("A photograph of a field consultation was published"),
    "consultation.photo-withdrawn": N_("A photograph of a field consultation was withdrawn"),
    "consultation.answered": N_("A question asked at a field consultation was answered"),
    "consultation.answer_promised": N_("A written answer to a question was promised by a day"),
    "commitment.made": N_("Something was promised at a field consultation"),
    "commitment.reported": N_("It was said how far a commitment is"),
    "commitment.changed": N_("A commitment was changed, with a reason"),
    "commitment.done": N_("A commitment was fulfilled"),
    "commitment.photo_withdrawn": N_("A photo of a commitment was withdrawn"),
    "commitment.reopened": N_("A commitment was not fulfilled after all"),
    "commitment.withdrawn": N_("A commitment was withdrawn, with a reason"),
    "reason.published": N_("A reason of the catalogue was published"),
}
SUBJECT_ADDRESSES: dict[str, str] = {
    "act": "/acts/",
    "amendment": "/amendments/",
    "comment": "/comments/",
    "commitment": "/consultations/commitments/",
    "consultation": "/consultations/",
    "cycle": "/cycles/",
    "days-off": "/days-off/",
    "idea": "/ideas/",
    "poll": "/polls/",
    "reason": "/reasons/",
    "transparency": "/acts/yearly/",
    "works": "/works/",
}


class Scheduled(msgspec.Struct, frozen=True):
    """A job that the scheduler starts every so many seconds; it finds its own work and may run twice."""

    job: str
    every_seconds: int


SCHEDULE: tuple[Scheduled, ...] = (
    Scheduled("app.worker.sweep_outbox", 60),
    Scheduled("voting.jobs.open_due_polls", 60),
    Scheduled("voting.jobs.close_due_polls", 60),
    Scheduled("search.jobs.refresh_index", 60),
    Scheduled("voting.jobs.count_due_polls", 300),
    Scheduled("voting.jobs.advance_due_sealings", 600),
    Scheduled("proposals.jobs.publish_prepared", 60),
    Scheduled("proposals.jobs.resume_unanswered", 3600),
    Scheduled("proposals.jobs.remind_of_deadlines", 3600),
    Scheduled("proposals.jobs.tell_of_late", 3600),
    Scheduled("proposals.jobs.forget_senders", 3600),
    Scheduled("amendments.jobs.keep_files", 60),
    Scheduled("amendments.jobs.end_completions", 900),
    Scheduled("notices.jobs.send_digests", 3600),
    Scheduled("consultations.jobs.remind_who_comes", 3600),
    Scheduled("consultations.jobs.forget_people", 24 * 3600),
    Scheduled("consultations.jobs.remind_of_terms", 3600),
    Scheduled("open_data.jobs.publish_packages", 3600),
    Scheduled("consultations.jobs.remind_of_minutes", 3600),
    Scheduled("consultations.jobs.ask_who_came", 3600),
    Scheduled("accounts.jobs.sweep_accounts", 3600),
)


def wire() -> None:
    """Subscribe every listener; safe to call twice."""
    subscribe(ResultPublished, record_outcome)
    subscribe(StageDatesChanged, lapse_confirmations)
    leaving = (
        take_name_off_comments,
        take_name_off_ideas,
        leave_consultations,
        leave_questions,
        forget_opinions,
    )
    for listener in (forget_account, *leaving):
        subscribe(AccountClosed, listener)
    add_export_part("proposals", export_proposals)
    add_export_part("comments", export_comments)
    add_export_part("notices", export_notices)
    add_export_part("consultations", export_consultations)
    add_export_part("questions", export_questions)
    add_export_part("opinions_on_consultations", export_opinions)
    resolve_by("act", find_acts)
    resolve_by("amendment", find_amendments)
    resolve_by("unit", find_units)
    resolve_by("idea", find_ideas)
    resolve_by("ideas", find_idea_lists)
    resolve_by("opinion", find_opinions)
    resolve_by("question", find_questions)
    tell_by("idea", IdeaTopics())
    tell_by("project", ProjectTopics())
    tell_by("consultation", ConsultationTopics())
    tell_by("host", HostTopics())
    tell_by("answer", AnswerTopics())
    tell_by("commitment", CommitmentTopics())
    tell_by("act", ActTopics())
    index_by("idea", IdeaSource())
    index_by("project", ProjectSource())
    index_by("reason", ReasonSource())
    index_by("act", ActSource())
    index_by("amendment", AmendmentSource())
    index_by("comment", CommentSource())
    index_by("poll", PollSource())
    index_by("cycle", CycleSource())
    index_by("consultation", ConsultationSource())
    index_by("answer", AnswerSource())
    index_by("commitment", CommitmentSource())
    publish_as("ideas", IdeaTable())
    publish_as("timelines", TimelineTable())
    publish_as("supports", SupportTable())
    publish_as("comments", CommentTable(comment_scope))
    publish_as("decisions", DecisionTable(comment_scope))
    publish_as("projects", ProjectTable())
    add_occasions("council", list_council_meetings)
    trace_by("consultation", find_consultation_of)


async def list_council_meetings(session: AsyncSession, since: datetime, until: datetime) -> list[Occasion]:
    """Public debates and sittings, as those who plan field consultations see them."""
    return [
        Occasion(title=one.title, starts_at=one.starts_at, ends_at=one.ends_at, path=one.path)
        for one in await list_meetings(session, since, until)
    ]
