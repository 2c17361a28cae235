"""Keep the countries a clinic texts, what a segment costs there, and where codes were asked for."""

import sqlalchemy as sa
from alembic import op

from reminders.rules.countries import NOWHERE, keep_countries, region_of

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

# One number for each clinic and range: a country's range is longer than no more than these digits.
RANGES = """
    SELECT clinic.id, clinic.country, min(client.phone)
    FROM client JOIN clinic ON clinic.id = client.clinic_id
    WHERE client.phone IS NOT NULL AND client.erased_at IS NULL AND EXISTS (
        SELECT 1 FROM consent WHERE consent.client_id = client.id
            AND consent.channel = 'sms' AND consent.given = true)
    GROUP BY clinic.id, clinic.country, substr(client.phone, 1, 8)
    UNION ALL
    SELECT clinic.id, clinic.country, practice_recipient.contact
    FROM practice_recipient JOIN clinic ON clinic.id = practice_recipient.clinic_id
    WHERE practice_recipient.contact LIKE '+%'
"""


def upgrade() -> None:
    """Add the columns. A clinic goes on texting every country its clients have numbers of now, so
    that nothing stops; the price it set is that of every country.
    """
    for table, column in (
        ("clinic", "other_countries"),
        ("clinic", "country_prices"),
        ("verification_code", "network"),
        ("verification_code", "number_block"),
        ("verification_code", "country"),
        ("attempt", "country"),
    ):
        op.add_column(table, sa.Column(column, sa.String(), nullable=False, server_default=""))
    for column in ("network", "number_block", "clinic_id"):
        op.create_index(
            f"verification_code_{column}", "verification_code", [column, "requested_at"]
        )
    found: dict[int, set[str]] = {}
    connection = op.get_bind()
    for clinic_id, own, number in connection.execute(sa.text(RANGES)):
        if (country := region_of(number)) not in {own, NOWHERE}:
            found.setdefault(clinic_id, set()).add(country)
    for clinic_id, countries in found.items():
        connection.execute(
            sa.text("UPDATE clinic SET other_countries = :kept WHERE id = :id"),
            {"kept": keep_countries(countries), "id": clinic_id},
        )
