"""First release."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")
WORD = sa.String(length=24)

SETTLED = ("id", "client_id", "channel", "purpose", "given", "given_at", "act", "wording",
           "wording_version", "recorded_by", "recorded_at")  # fmt: skip
"""What of a consent not even an erasure may touch."""

REFUSAL = "the consent ledger is only added to"


def upgrade() -> None:
    """Make every table, and the triggers that keep the consent ledger."""
    _clinic()
    _heartbeat()
    _purge_record()
    _redaction()
    _sender_rate()
    _setting()
    _sign_in_attempt()
    _staff()
    _alert()
    _audit()
    _client()
    _column_mapping()
    _import()
    _invitation()
    _lane()
    _membership()
    _milestone_placement()
    _outage()
    _parameter()
    _practice_recipient()
    _segment_spending()
    _sign_in()
    _suppression()
    _verification_code()
    _wording()
    _consent()
    _join_request()
    _one_off_message()
    _reply()
    _treatment()
    _import_row()
    _reminder()
    _attempt()
    _receipt()
    if op.get_bind().dialect.name == "postgresql":
        _keep_consents_on_postgresql()
    else:
        _keep_consents_on_sqlite()


def _clinic() -> None:
    op.create_table(
        "clinic",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.Column("slug", sa.String(), nullable=True),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("sending_hours", sa.String(), nullable=False),
        sa.Column("texts_per_day", sa.Integer(), nullable=False),
        sa.Column("texts_per_week", sa.Integer(), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("wording_accepted_at", INSTANT, nullable=True),
        sa.Column("paused_at", INSTANT, nullable=True),
        sa.Column("paused_by", sa.String(), nullable=True),
        sa.Column("segment_budget", sa.Integer(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("customisation_version", sa.String(), nullable=True),
        sa.Column("segment_price", sa.Integer(), nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("clinic_pkey")),
        sa.UniqueConstraint("name_key", name=op.f("clinic_name_key_once")),
    )
    op.create_index("clinic_slug", "clinic", ["slug"], unique=True)


def _heartbeat() -> None:
    op.create_table(
        "heartbeat",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("beat_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("heartbeat_pkey")),
    )


def _purge_record() -> None:
    op.create_table(
        "purge_record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("purged_at", INSTANT, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("purge_record_pkey")),
    )


def _redaction() -> None:
    op.create_table(
        "redaction",
        sa.Column("provider_id", sa.String(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("provider_id", name=op.f("redaction_pkey")),
    )


def _sender_rate() -> None:
    op.create_table(
        "sender_rate",
        sa.Column("channel", WORD, nullable=False),
        sa.Column("opens_at", INSTANT, nullable=True),
        sa.Column("counted_on", sa.Date(), nullable=True),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("channel", name=op.f("sender_rate_pkey")),
    )


def _setting() -> None:
    op.create_table(
        "setting",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("setting_pkey")),
    )


def _sign_in_attempt() -> None:
    op.create_table(
        "sign_in_attempt",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("next_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("sign_in_attempt_pkey")),
    )


def _staff() -> None:
    op.create_table(
        "staff",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("totp_secret", sa.String(), nullable=True),
        sa.Column("totp_step", sa.Integer(), nullable=False),
        sa.Column("recovery_codes", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("disabled_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("staff_pkey")),
        sa.UniqueConstraint("email", name=op.f("staff_email_once")),
    )


def _alert() -> None:
    op.create_table(
        "alert",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("raised_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sent_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("alert_clinic_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("alert_pkey")),
        sa.UniqueConstraint("key", name=op.f("alert_key_once")),
    )
    op.create_index(
        "alert_due",
        "alert",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("sent_at IS NULL"),
        postgresql_where=sa.text("sent_at IS NULL"),
    )


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("entity", sa.String(), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("audit_clinic_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("audit_pkey")),
    )
    op.create_index("audit_of_clinic", "audit", ["clinic_id", "id"], unique=False)
    op.create_index("audit_of_row", "audit", ["entity", "row_id"], unique=False)


def _client() -> None:
    op.create_table(
        "client",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("first_name", sa.String(), nullable=False),
        sa.Column("last_name", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=True),
        sa.Column("external_id", sa.String(), nullable=True),
        sa.Column("name_key", sa.String(), server_default=sa.text("''"), nullable=False),
        sa.Column("family_key", sa.String(), server_default=sa.text("''"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("welcomed_at", INSTANT, nullable=True),
        sa.Column("page_key", sa.String(), nullable=True),
        sa.Column("page_edition", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("preferred_hour", sa.Integer(), nullable=True),
        sa.Column("paused_until", INSTANT, nullable=True),
        sa.Column("discretion", WORD, server_default="plain", nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("erased_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("client_clinic_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("client_pkey")),
        sa.UniqueConstraint("id", "clinic_id", name=op.f("client_id_clinic_id_once")),
    )
    op.create_index("client_email", "client", ["clinic_id", "email"], unique=False)
    op.create_index(
        "client_external_id",
        "client",
        ["clinic_id", "external_id"],
        unique=True,
        sqlite_where=sa.text("external_id IS NOT NULL"),
        postgresql_where=sa.text("external_id IS NOT NULL"),
    )
    op.create_index(
        "client_family",
        "client",
        ["clinic_id", "family_key", "id"],
        unique=False,
        postgresql_ops={"family_key": "text_pattern_ops"},
    )
    op.create_index(
        "client_keyless",
        "client",
        ["id"],
        unique=False,
        sqlite_where=sa.text("page_key IS NULL"),
        postgresql_where=sa.text("page_key IS NULL"),
    )
    op.create_index(
        "client_name",
        "client",
        ["clinic_id", "name_key", "id"],
        unique=False,
        postgresql_ops={"name_key": "text_pattern_ops"},
    )
    op.create_index("client_page", "client", ["page_key"], unique=True)
    op.create_index("client_phone", "client", ["clinic_id", "phone"], unique=False)


def _column_mapping() -> None:
    op.create_table(
        "column_mapping",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("columns", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("column_mapping_clinic_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("column_mapping_pkey")),
        sa.UniqueConstraint(
            "clinic_id", "fingerprint", name=op.f("column_mapping_clinic_id_fingerprint_once")
        ),
    )


def _import() -> None:
    op.create_table(
        "import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("imported_by", sa.String(), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("columns", sa.Text(), nullable=False),
        sa.Column("cells", sa.Text(), nullable=True),
        sa.Column("taken_at", INSTANT, nullable=True),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("left_out", sa.Integer(), nullable=False),
        sa.Column("undone_at", INSTANT, nullable=True),
        sa.Column("undone_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("import_clinic_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("import_pkey")),
    )
    op.create_index("import_of_clinic", "import", ["clinic_id", "id"], unique=False)


def _invitation() -> None:
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("role", WORD, nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("invitation_clinic_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("invitation_pkey")),
        sa.UniqueConstraint("token_hash", name=op.f("invitation_token_hash_once")),
    )


def _lane() -> None:
    op.create_table(
        "lane",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("channel", WORD, nullable=False),
        sa.Column("per_minute", sa.Integer(), nullable=True),
        sa.Column("per_day", sa.Integer(), nullable=True),
        sa.Column("opens_at", INSTANT, nullable=True),
        sa.Column("counted_on", sa.Date(), nullable=True),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.Column("stopped_until", INSTANT, nullable=True),
        sa.Column("stopped_for", sa.String(), nullable=True),
        sa.Column("stopped_since", INSTANT, nullable=True),
        sa.Column("faults", sa.Integer(), nullable=False),
        sa.Column("last_turn_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("lane_clinic_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("lane_pkey")),
        sa.UniqueConstraint("clinic_id", "channel", name=op.f("lane_clinic_id_channel_once")),
    )


def _membership() -> None:
    op.create_table(
        "membership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("role", WORD, nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("membership_clinic_id_fkey")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("membership_staff_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("membership_pkey")),
        sa.UniqueConstraint(
            "staff_id", "clinic_id", name=op.f("membership_staff_id_clinic_id_once")
        ),
    )


def _milestone_placement() -> None:
    op.create_table(
        "milestone_placement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("protocol", sa.String(), nullable=False),
        sa.Column("milestone", sa.String(), nullable=False),
        sa.Column("after", sa.String(), nullable=False),
        sa.Column("at", sa.Time(), nullable=True),
        sa.Column("good_for", sa.String(), nullable=False),
        sa.Column("channels", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("milestone_placement_clinic_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("milestone_placement_pkey")),
        sa.UniqueConstraint(
            "clinic_id",
            "protocol",
            "milestone",
            name=op.f("milestone_placement_clinic_id_protocol_milestone_once"),
        ),
    )


def _outage() -> None:
    op.create_table(
        "outage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("began_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=False),
        sa.Column("missed", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("outage_clinic_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("outage_pkey")),
    )


def _parameter() -> None:
    op.create_table(
        "parameter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("protocol", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("parameter_clinic_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("parameter_pkey")),
        sa.UniqueConstraint(
            "clinic_id", "protocol", "key", name=op.f("parameter_clinic_id_protocol_key_once")
        ),
    )


def _practice_recipient() -> None:
    op.create_table(
        "practice_recipient",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("contact", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("practice_recipient_clinic_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("practice_recipient_pkey")),
        sa.UniqueConstraint(
            "clinic_id", "contact", name=op.f("practice_recipient_clinic_id_contact_once")
        ),
    )


def _segment_spending() -> None:
    op.create_table(
        "segment_spending",
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("month_on", sa.Date(), nullable=False),
        sa.Column("segments", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("segment_spending_clinic_id_fkey")
        ),
        sa.PrimaryKeyConstraint("clinic_id", "month_on", name=op.f("segment_spending_pkey")),
    )


def _sign_in() -> None:
    op.create_table(
        "sign_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("browser", sa.String(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.Column("proven_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("sign_in_clinic_id_fkey")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("sign_in_staff_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("sign_in_pkey")),
        sa.UniqueConstraint("token_hash", name=op.f("sign_in_token_hash_once")),
    )
    op.create_index("sign_in_staff", "sign_in", ["staff_id"], unique=False)


def _suppression() -> None:
    op.create_table(
        "suppression",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("reason", WORD, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("suppressed_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("suppression_clinic_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("suppression_pkey")),
        sa.UniqueConstraint(
            "clinic_id", "contact", name=op.f("suppression_clinic_id_contact_once")
        ),
    )


def _verification_code() -> None:
    op.create_table(
        "verification_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("channel", WORD, nullable=False),
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("network_address", sa.String(), nullable=False),
        sa.Column("requested_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("verification_code_clinic_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("verification_code_pkey")),
    )
    op.create_index(
        "verification_code_contact", "verification_code", ["contact", "requested_at"], unique=False
    )
    op.create_index(
        "verification_code_network_address",
        "verification_code",
        ["network_address", "requested_at"],
        unique=False,
    )
    op.create_index("verification_code_purpose", "verification_code", ["purpose"], unique=False)


def _wording() -> None:
    op.create_table(
        "wording",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("protocol", sa.String(), nullable=False),
        sa.Column("milestone", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("preheader", sa.String(), nullable=False),
        sa.Column("sms", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("approved_by", sa.String(), nullable=True),
        sa.Column("approved_at", INSTANT, nullable=True),
        sa.Column("review_by", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("wording_clinic_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("wording_pkey")),
    )
    op.create_index(
        "wording_versions",
        "wording",
        ["clinic_id", "protocol", "milestone", "language", "id"],
        unique=False,
    )


def _consent() -> None:
    op.create_table(
        "consent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.Integer(), nullable=False),
        sa.Column("channel", WORD, nullable=False),
        sa.Column("purpose", WORD, server_default="care", nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("given_at", INSTANT, nullable=False),
        sa.Column("act", WORD, nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("contact", sa.String(), nullable=True),
        sa.Column("wording", sa.Text(), nullable=True),
        sa.Column("wording_version", sa.String(), nullable=True),
        sa.Column("recorded_by", sa.String(), nullable=True),
        sa.Column("network_address", sa.String(), nullable=True),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("erased_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("consent_client_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("consent_pkey")),
    )
    op.create_index("consent_latest", "consent", ["client_id", "channel", "id"], unique=False)
    op.create_index(
        "consent_no",
        "consent",
        ["recorded_at"],
        unique=False,
        sqlite_where=sa.text("given = false"),
        postgresql_where=sa.text("given = false"),
    )


def _join_request() -> None:
    op.create_table(
        "join_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("discretion", WORD, nullable=False),
        sa.Column("sms_client_id", sa.Integer(), nullable=True),
        sa.Column("email_client_id", sa.Integer(), nullable=True),
        sa.Column("sms_wording", sa.Text(), nullable=True),
        sa.Column("email_wording", sa.Text(), nullable=True),
        sa.Column("sms_proven_at", INSTANT, nullable=True),
        sa.Column("email_proven_at", INSTANT, nullable=True),
        sa.Column("network_address", sa.String(), nullable=False),
        sa.Column("requested_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("join_request_clinic_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["email_client_id"], ["client.id"], name=op.f("join_request_email_client_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["sms_client_id"], ["client.id"], name=op.f("join_request_sms_client_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("join_request_pkey")),
    )
    op.create_index(
        "join_request_clinic", "join_request", ["clinic_id", "requested_at"], unique=False
    )


def _one_off_message() -> None:
    op.create_table(
        "one_off_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.Integer(), nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("written_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id", "clinic_id"],
            ["client.id", "client.clinic_id"],
            name=op.f("one_off_message_client_id_clinic_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("one_off_message_pkey")),
    )


def _reply() -> None:
    op.create_table(
        "reply",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.String(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=True),
        sa.Column("client_id", sa.Integer(), nullable=True),
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("media", sa.JSON(), nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("alarm", sa.String(), nullable=True),
        sa.Column("answer", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("opened_at", INSTANT, nullable=True),
        sa.Column("assigned_to", sa.Integer(), nullable=True),
        sa.Column("answered_at", INSTANT, nullable=True),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["client_id", "clinic_id"],
            ["client.id", "client.clinic_id"],
            name=op.f("reply_client_id_clinic_id_fkey"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("reply_clinic_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("reply_pkey")),
        sa.UniqueConstraint("provider_id", name=op.f("reply_provider_id_once")),
    )
    op.create_index("reply_client", "reply", ["client_id"], unique=False)
    op.create_index("reply_contact", "reply", ["contact", "received_at"], unique=False)
    op.create_index(
        "reply_open",
        "reply",
        ["clinic_id", "received_at"],
        unique=False,
        sqlite_where=sa.text("done_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL"),
    )


def _treatment() -> None:
    op.create_table(
        "treatment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.Integer(), nullable=False),
        sa.Column("protocol", sa.String(), nullable=False),
        sa.Column("treated_on", sa.Date(), nullable=False),
        sa.Column("starts", sa.Time(), nullable=True),
        sa.Column("ends", sa.Time(), nullable=True),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("external_id", sa.String(), nullable=True),
        sa.Column("cancelled_at", INSTANT, nullable=True),
        sa.Column("treated_marked_at", INSTANT, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id", "clinic_id"],
            ["client.id", "client.clinic_id"],
            name=op.f("treatment_client_id_clinic_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("treatment_pkey")),
        sa.UniqueConstraint(
            "id", "client_id", "clinic_id", name=op.f("treatment_id_client_id_clinic_id_once")
        ),
    )
    op.create_index("treatment_course", "treatment", ["client_id", "treated_on"], unique=False)
    op.create_index("treatment_day", "treatment", ["clinic_id", "treated_on"], unique=False)
    op.create_index(
        "treatment_external_id",
        "treatment",
        ["clinic_id", "external_id"],
        unique=True,
        sqlite_where=sa.text("external_id IS NOT NULL"),
        postgresql_where=sa.text("external_id IS NOT NULL"),
    )


def _import_row() -> None:
    op.create_table(
        "import_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.Integer(), nullable=False),
        sa.Column("treatment_id", sa.Integer(), nullable=True),
        sa.Column("effect", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["client.id"], name=op.f("import_row_client_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["import.id"], name=op.f("import_row_import_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["treatment_id"],
            ["treatment.id"],
            name=op.f("import_row_treatment_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("import_row_pkey")),
    )
    op.create_index("import_row_of", "import_row", ["import_id", "id"], unique=False)


def _reminder() -> None:
    op.create_table(
        "reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.Integer(), nullable=False),
        sa.Column("treatment_id", sa.Integer(), nullable=True),
        sa.Column("one_off_id", sa.Integer(), nullable=True),
        sa.Column("milestone", sa.String(), nullable=False),
        sa.Column("channel", WORD, nullable=False),
        sa.Column("status", WORD, nullable=False),
        sa.Column("reason", WORD, nullable=True),
        sa.Column("scheduled_at", INSTANT, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("stale_at", INSTANT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("failed_lookups", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("unproven_attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("claim", sa.String(), nullable=True),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.Column("handoff_at", INSTANT, nullable=True),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.Column("held_at", INSTANT, nullable=True),
        sa.Column("attended_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["one_off_id"], ["one_off_message.id"], name=op.f("reminder_one_off_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["treatment_id", "client_id", "clinic_id"],
            ["treatment.id", "treatment.client_id", "treatment.clinic_id"],
            name=op.f("reminder_treatment_id_client_id_clinic_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("reminder_pkey")),
    )
    op.create_index("reminder_client", "reminder", ["client_id"], unique=False)
    op.create_index(
        "reminder_handoff",
        "reminder",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("status = 'handoff'"),
        postgresql_where=sa.text("status = 'handoff'"),
    )
    op.create_index(
        "reminder_lane",
        "reminder",
        ["clinic_id", "channel", "due_at"],
        unique=False,
        sqlite_where=sa.text("status = 'planned'"),
        postgresql_where=sa.text("status = 'planned'"),
    )
    op.create_index(
        "reminder_lease",
        "reminder",
        ["lease_until"],
        unique=False,
        sqlite_where=sa.text("status = 'claimed'"),
        postgresql_where=sa.text("status = 'claimed'"),
    )
    op.create_index(
        "reminder_left",
        "reminder",
        ["clinic_id", "handoff_at"],
        unique=False,
        sqlite_where=sa.text("handoff_at IS NOT NULL"),
        postgresql_where=sa.text("handoff_at IS NOT NULL"),
    )
    op.create_index("reminder_month", "reminder", ["clinic_id", "due_on"], unique=False)
    op.create_index(
        "reminder_once",
        "reminder",
        ["treatment_id", "milestone", "channel"],
        unique=True,
        sqlite_where=sa.text(
            "status IN ('planned', 'claimed', 'handoff', 'accepted', 'delivered', 'undelivered', 'unknown')"
        ),
        postgresql_where=sa.text(
            "status IN ('planned', 'claimed', 'handoff', 'accepted', 'delivered', 'undelivered', 'unknown')"
        ),
    )
    op.create_index(
        "reminder_trouble",
        "reminder",
        ["clinic_id", "settled_at"],
        unique=False,
        sqlite_where=sa.text(
            "status IN ('failed', 'undelivered', 'unknown') AND attended_at IS NULL"
        ),
        postgresql_where=sa.text(
            "status IN ('failed', 'undelivered', 'unknown') AND attended_at IS NULL"
        ),
    )


def _attempt() -> None:
    op.create_table(
        "attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reminder_id", sa.Integer(), nullable=False),
        sa.Column("claim", sa.String(), nullable=False),
        sa.Column("handoff_at", INSTANT, nullable=False),
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("segments", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("provider_id", sa.String(), nullable=True),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.Column("wording_id", sa.Integer(), nullable=True),
        sa.Column("unreached_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["reminder_id"], ["reminder.id"], name=op.f("attempt_reminder_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("attempt_pkey")),
        sa.UniqueConstraint("reminder_id", "claim", name=op.f("attempt_reminder_id_claim_once")),
    )
    op.create_index("attempt_handoff_at", "attempt", ["handoff_at"], unique=False)
    op.create_index(
        "attempt_provider_id",
        "attempt",
        ["provider_id"],
        unique=False,
        sqlite_where=sa.text("provider_id IS NOT NULL"),
        postgresql_where=sa.text("provider_id IS NOT NULL"),
    )


def _receipt() -> None:
    op.create_table(
        "receipt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reminder_id", sa.Integer(), nullable=True),
        sa.Column("provider_id", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["reminder_id"], ["reminder.id"], name=op.f("receipt_reminder_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("receipt_pkey")),
        sa.UniqueConstraint("provider_id", "status", name=op.f("receipt_provider_id_status_once")),
    )


def _row(which: str) -> str:
    return ", ".join(f"{which}.{column}" for column in SETTLED)


def _keep_consents_on_sqlite() -> None:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    op.execute(
        "CREATE TRIGGER consent_kept BEFORE UPDATE ON consent WHEN NEW.erased_at IS NULL "
        f"OR ({_row('NEW')}) IS NOT ({_row('OLD')}) {refuse}"
    )
    op.execute(
        "CREATE TRIGGER consent_kept_whole BEFORE DELETE ON consent "
        f"WHEN OLD.erased_at IS NULL {refuse}"
    )


def _keep_consents_on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION consent_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF TG_OP = 'DELETE' THEN IF OLD.erased_at IS NOT NULL THEN RETURN OLD; END IF; "
        f"ELSIF NEW.erased_at IS NOT NULL AND ({_row('NEW')}) IS NOT DISTINCT FROM ({_row('OLD')}) "
        f"THEN RETURN NEW; END IF; RAISE EXCEPTION '{REFUSAL}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER consent_kept BEFORE UPDATE OR DELETE ON consent "
        "FOR EACH ROW EXECUTE FUNCTION consent_kept()"
    )
