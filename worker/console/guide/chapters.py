"""What the help speaks of, in its order; tests hold it complete.

Anchors are parts of addresses that pages and mails lead to, so they stay as they are:
``/help/figures#difference``, ``/help/causes#STATUS_BEHIND``, ``/help/failures#run-failed``,
``#error-<key of an error>``, ``#incident-<kind>``, ``#record-<reason>``, ``#mail-<state>``.
"""

from collections.abc import Mapping
from typing import Final

from models.types import Cause, CauseKind

CHAPTERS: Final = ("officer", "operator", "figures", "causes", "failures")

# Steps of a day's work, and the page each is done on.
OFFICER: Final[Mapping[str, str]] = {
    "look": "/units",
    "causes": "/help/causes",
    "dossiers": "/discrepancies",
    "act": "/help/causes#data",
    "soon": "/help/figures#warnings",
    "answer": "/help/figures#incident",
    "score": "/index",
    "later": "/help/figures#difference",
}
OPERATOR: Final[Mapping[str, str]] = {
    "fresh": "/",
    "sources": "/sources",
    "incidents": "/incidents",
    "unread": "/quarantine",
    "names": "/names",
    "worst": "/units",
    "resend": "/resends",
    "mails": "/mails",
    "close": "/reports",
}

FIGURES: Final[Mapping[str, tuple[str, ...]]] = {
    "lateness": (
        "late",
        "late_province",
        "late_province_by_portal_rule",
        "late_portal",
        "late_published",
        "late_share",
    ),
    "explained": ("difference", "bridge", "unexplained", "presumed", "flags"),
    "counting": ("as_of", "period", "population", "categories", "hours", "complete", "unit"),
    "sync": ("sync_rate", "sync_lag", "events_missing", "discrepancy", "age", "reception"),
    "telling": ("warnings", "incident"),
    "scores": ("index", "no_dossiers", "publication", "close"),
}

CAUSES: Final[Mapping[str, tuple[Cause, ...]]] = {
    kind.value: tuple(each for each in Cause if each.kind is kind)
    for kind in (CauseKind.DATA, CauseKind.RULE)
}

# What ends a run, sends a file back or keeps a mail: the errors that ask for the same.
ERRORS: Final[Mapping[str, tuple[str, ...]]] = {
    "silent": ("upstream_unavailable", "upstream_circuit_open", "upstreams_not_up"),
    "login": ("upstream_login_refused", "settings_password_missing"),
    "contract": ("upstream_contract", "published_needs_month", "status_mapping_unreadable"),
    "pace": ("pace_away",),
    "broke": ("run_broke", "run_keeps_dying", "unexpected"),
    "stopped": ("run_cancel", "run_release", "run_taken_over", "interrupted"),
    "busy": ("run_active", "run_alive", "run_over", "run_not_interrupted", "run_of_file"),
    "settings": (
        "settings_reporting_half",
        "settings_legacy_half",
        "settings_side_missing",
        "settings_side_twice",
        "source_unknown",
        "source_without_lists",
        "source_not_a_workbook",
        "data_dir_unwritable",
        "port_taken",
    ),
    "folder": (
        "reference_line",
        "reference_folder_missing",
        "reference_file_missing",
        "reference_file_too_large",
        "calendar_file_not_a_year",
        "index_rules_missing",
        "index_rules_unreadable",
    ),
    "file": (
        "file_missing",
        "file_unreadable",
        "file_too_large",
        "file_unpacks_too_large",
        "file_too_many_cells",
        "file_has_password",
        "file_broken",
        "file_empty",
        "file_is_web_page",
        "file_is_xlsb",
        "file_not_text",
        "file_unmovable",
        "file_not_understood",
        "file_several_tables",
        "file_nothing_readable",
        "file_cancelled",
        "folder_missing",
        "folder_unreadable",
        "sheet_unknown",
        "table_not_found",
        "heading_in_error",
        "table_empty",
        "table_only_rates",
        "period_not_told",
        "period_not_in_table",
        "period_unreadable",
    ),
    "store": (
        "store_unreachable",
        "store_empty",
        "store_outdated",
        "store_newer",
        "as_of_pruned",
        "reconciliation_unknown",
    ),
    "mail": (
        "mail_unreachable",
        "mail_in_clear",
        "mail_login_refused",
        "mail_login_unknown",
        "mail_server_refuses",
        "mail_sender_refused",
        "mail_put_off",
        "mail_refused",
        "mail_given_up",
        "mail_in_hand",
        "mail_for_nobody",
    ),
    "webhook": ("webhook_not_taken", "webhook_gone", "message_sent"),
    "statement": (
        "statement_incomplete",
        "statement_moved",
        "statement_wrong_sum",
        "statement_wrong_total",
        "statement_broken",
        "period_closed_otherwise",
        "report_nothing",
    ),
    "publication": ("publication_without_folder", "publication_not_written", "file_unwritable"),
    "backup": ("backup_broken", "backup_newer", "backup_of_another", "restore_not_possible"),
    "resend": (
        "resend_off",
        "resend_no_call",
        "resend_by_list",
        "resend_by_call",
        "resend_nothing",
        "resend_same_person",
        "resend_state",
    ),
}
