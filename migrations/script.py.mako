<%!
    def without_banners(body):
        return "\n".join(line for line in body.split("\n") if "###" not in line).strip()
%>\
"""${message}"""

import sqlalchemy as sa
from alembic import op

from migrations.triggers import make_append_only
from store.columns import Key, UtcDateTime
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    ${without_banners(upgrades or "pass")}


def downgrade() -> None:
    ${without_banners(downgrades or "pass")}
