"""Queue names and the dotted path of each job. The bot enqueues by these and never imports the workers."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Queue(StrEnum):
    ACT = "act"
    WATCH = "watch"
    REPORT = "report"
    DELIVER = "deliver"


class Job(StrEnum):
    """Each takes one argument: an id."""

    #: One step of an operation.
    STEP = "workers.act.step"
    #: Expire a request whose gate ran out.
    EXPIRE = "workers.act.expire"
    #: One list pass.
    POLL = "workers.watch.poll"
    #: Bring one message up to date.
    DELIVER = "workers.deliver.deliver"
    #: Read the user groups that carry roles.
    ROLES = "workers.report.refresh_roles"
    #: Read the account's balance and burn, and whether GraphQL still answers.
    ACCOUNT = "workers.report.read_account"
    #: Read what RunPod rents, and the account's volumes and templates.
    CATALOG = "workers.report.read_catalog"
    #: See to the open incidents: quiet hours, escalation, paging, closing.
    ATTEND = "workers.losses.attend.attend"
    #: Ask the HTTP ports of what runs, and what is announced of the hosts.
    PORTS = "workers.passes.early_signs.look_at_ports"
    #: Read what one person asked for and RunPod alone can say.
    INQUIRY = "workers.inquiries.answer"
    #: Write old audit entries out to files.
    AUDIT = "workers.audit_files.archive"
    #: Take up inquiries that nobody answered.
    INQUIRIES = "workers.inquiries.sweep"
    #: Read what Slack knows of one person.
    PERSON = "workers.report.refresh_person"
    #: Learn what Slack calls the owners of pods.
    NAMES = "workers.report.learn_names"
    #: Ask RunPod what it billed for the hours that are over.
    BILL = "workers.billing.reconcile"
    #: Tell the summaries whose time has come.
    SUMMARY = "workers.summaries.tell"
    #: Take every network volume on its way out one step on.
    VOLUMES = "workers.volumes.step"
    #: Send what was spent as a file.
    CSV = "workers.csvs.write"
    #: Keep the books within bounds.
    BOOKS = "workers.billing.keep_books"
    #: Read what a protected pod is made of, so that it can be made again.
    SPEC = "workers.protecting.read_spec"
    #: One step of a recovery.
    RECOVER = "workers.recovering.step"
    #: Look where protected pods last saved their work.
    CHECKPOINTS = "workers.checkpoints.look"
    #: One look of a stop that waits for a checkpoint.
    STOP_WAIT = "workers.stop_waits.step"


QUEUE_OF: Final[dict[Job, Queue]] = {
    Job.STEP: Queue.ACT,
    Job.EXPIRE: Queue.ACT,
    Job.POLL: Queue.WATCH,
    Job.DELIVER: Queue.DELIVER,
    Job.ROLES: Queue.REPORT,
    Job.ACCOUNT: Queue.REPORT,
    Job.CATALOG: Queue.REPORT,
    Job.INQUIRY: Queue.REPORT,
    Job.INQUIRIES: Queue.REPORT,
    Job.AUDIT: Queue.REPORT,
    Job.PERSON: Queue.REPORT,
    Job.NAMES: Queue.REPORT,
    Job.BILL: Queue.REPORT,
    Job.VOLUMES: Queue.ACT,
    Job.BOOKS: Queue.REPORT,
    Job.CSV: Queue.REPORT,
    Job.SUMMARY: Queue.REPORT,
    Job.ATTEND: Queue.DELIVER,
    Job.SPEC: Queue.REPORT,
    Job.RECOVER: Queue.ACT,
    Job.CHECKPOINTS: Queue.REPORT,
    Job.STOP_WAIT: Queue.ACT,
    Job.PORTS: Queue.REPORT,
}

#: Jobs whose subjects are records with a time to be looked at: the clock wakes each when it is due.
AGENDAS: Final = (Job.RECOVER, Job.STOP_WAIT)
