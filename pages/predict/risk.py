"""Who is slipping away?"""

from retention.show import ui
from retention.show.i18n import _

orders = ui.start(_("Risk"), _("Who is slipping away?"))
