"""Who is due to order next?"""

from retention.show import ui
from retention.show.i18n import _

orders = ui.start(_("Next orders"), _("Who is due to order next?"))
